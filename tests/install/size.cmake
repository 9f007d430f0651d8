# Checks that the stripped PROGRAM has at most LIMIT bytes.
execute_process(COMMAND ${STRIP} -o ${PROGRAM}.stripped ${PROGRAM} COMMAND_ERROR_IS_FATAL ANY)
file(SIZE ${PROGRAM}.stripped size)
file(REMOVE ${PROGRAM}.stripped)
message(STATUS "stripped: ${size} bytes, limit ${LIMIT}")
if(size GREATER LIMIT)
  message(FATAL_ERROR "too big")
endif()
