# Packs what was built with cpack, below OUT, and checks the .deb: its name, its fields, its files.

include(${CMAKE_CURRENT_LIST_DIR}/functions.cmake)

foreach(program dpkg-deb dpkg-shlibdeps gzip)
  find_program(found ${program} NO_CACHE)
  if(NOT found)
    message("skipped: no ${program} here")
    return()
  endif()
  unset(found)
endforeach()

file(REMOVE_RECURSE ${OUT})
execute_process(COMMAND ${CPACK} --config ${BUILD_DIR}/CPackConfig.cmake -G DEB -B ${OUT}
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB package ${OUT}/*.deb)
if(NOT package MATCHES "/memkit_${VERSION}-1_[a-z0-9]+\\.deb$")
  fail("not the one package that was to be made: \"${package}\"")
  return()
endif()

execute_process(COMMAND dpkg-deb --field ${package} OUTPUT_VARIABLE fields COMMAND_ERROR_IS_FATAL ANY)
foreach(field "Package: memkit\n" "Version: ${VERSION}-1\n" "Section: admin\n" "Description: [^\n]+\n [^\n]+\n"
        "Maintainer: [^\n]+ <[^\n@]+@[^\n]+>\n")
  if(NOT "\n${fields}" MATCHES "\n${field}")
    fail("the field ${field} is not in\n${fields}")
  endif()
endforeach()
if(NOT STATIC AND NOT fields MATCHES "\nDepends: [^\n]*libc6 \\(>= ")
  fail("the C library is not among what it depends on:\n${fields}")
endif()

execute_process(COMMAND dpkg-deb --extract ${package} ${OUT}/tree COMMAND_ERROR_IS_FATAL ANY)
set(PREFIX ${OUT}/tree/usr)
file(GLOB templates RELATIVE ${SOURCE_DIR}/man ${SOURCE_DIR}/man/*.1.in)
foreach(template IN LISTS templates)
  string(REGEX REPLACE "\\.in$" "" page ${template})
  check_file(share/man/man1/${page}.gz)
endforeach()
foreach(file bin/memkit share/bash-completion/completions/memkit share/zsh/site-functions/_memkit
        share/fish/vendor_completions.d/memkit.fish lib/systemd/system/memkit-report.timer
        share/memkit/schemas/report.schema.json share/memkit/prometheus/memkit.rules.yml
        share/doc/memkit/copyright share/doc/memkit/changelog.gz share/doc/memkit/changelog.Debian.gz)
  check_file(${file})
endforeach()
file(STRINGS ${PREFIX}/lib/systemd/system/memkit-report.service start REGEX "^ExecStart=")
if(NOT start MATCHES "^ExecStart=/usr/bin/memkit report ")
  fail("the unit starts what the package does not have: ${start}")
endif()
file(GLOB_RECURSE strange ${PREFIX}/*.a ${PREFIX}/*.h ${PREFIX}/*.cmake ${OUT}/tree/etc/*)
if(strange)
  fail("in the package, and of no use there: ${strange}")
endif()
check_run(lintian --no-cfg --fail-on error ${package})
