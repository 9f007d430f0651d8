# Run by cpack on the files of a package before it packs them (CPACK_PRE_BUILD_SCRIPTS): what a package has beyond
# `cmake --install`.

set(tree ${CPACK_TEMPORARY_DIRECTORY}/program)
if(CPACK_GENERATOR STREQUAL "DEB")
  set(BINDIR /usr/bin)
  string(APPEND tree /usr)
else()
  set(BINDIR /usr/local/bin)  # where an archive is unpacked to
  string(APPEND tree /${CPACK_PACKAGE_FILE_NAME})
endif()
foreach(unit memkit-report.service memkit-report.timer)
  configure_file(${CPACK_MEMKIT_UNITS}/${unit} ${tree}/lib/systemd/system/${unit} @ONLY)
endforeach()

if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

# What Debian's policy asks for.
set(doc ${tree}/share/doc/memkit)
file(READ ${doc}/LICENSE license)
file(REMOVE ${doc}/LICENSE)  # it goes into copyright
string(REGEX MATCH "Copyright[^\n]*" copyright "${license}")
string(REPLACE "Copyright (c) " "" copyright "${copyright}")
string(REGEX REPLACE "\n([^\n])" "\n \\1" terms " ${license}")
string(REPLACE "\n\n" "\n .\n" terms "${terms}")
file(WRITE ${doc}/copyright
  "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
  "Files: *\nCopyright: ${copyright}\nLicense: Expat\n${terms}")

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # of $SOURCE_DATE_EPOCH, where that is set
file(WRITE ${doc}/changelog.Debian
  "memkit (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
  "  * What changed is in changelog.gz.\n\n -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
file(GLOB pages ${tree}/share/man/man1/*.1)
execute_process(COMMAND gzip -9n ${pages} ${doc}/changelog ${doc}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
