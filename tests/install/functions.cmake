# Included by the checks of what is installed and of what is packed. PREFIX is where the files are.

function(fail what)
  message(SEND_ERROR "${what}")
endfunction()

function(check_file path)
  if(NOT EXISTS ${PREFIX}/${path})
    fail("not installed: ${path}")
    return()
  endif()
  file(SIZE ${PREFIX}/${path} size)
  if(size EQUAL 0)
    fail("empty: ${path}")
  endif()
endfunction()

# check_run(PROGRAM ARGS…): PROGRAM, where the machine has it, must succeed.
function(check_run program)
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message(STATUS "skipped, no ${program} here: ${program} ${ARGN}")
    return()
  endif()
  execute_process(COMMAND ${found_${program}} ${ARGN} RESULT_VARIABLE status
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    fail("${program} ${ARGN}: ${status}\n${output}")
  endif()
endfunction()
