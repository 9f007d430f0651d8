# Packages: `cpack -G DEB` of a dynamic build, `cpack -G TGZ` of a static one. scripts/package makes and tries both.

set(CPACK_PACKAGE_VENDOR "memkit contributors")
set(CPACK_PACKAGE_CONTACT "memkit contributors <memkit@packages.invalid>")
if(NOT "$ENV{DEBEMAIL}" STREQUAL "")  # Debian's own variables for who builds a package
  set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)  # not the library: its interface is that of one version
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package/generator.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package/finish.cmake)
set(CPACK_MEMKIT_UNITS ${PROJECT_SOURCE_DIR}/cmd/share/systemd)  # for that script

set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_PACKAGE_FILE_NAME memkit-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_ARCHIVE_PROGRAM_FILE_NAME ${CPACK_PACKAGE_FILE_NAME})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME memkit)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"Shows what free, smem, pmap and slabtop show, the pressure of memory and the
kernel's log of OOM kills, from one program that only reads; and says what the
figures mean: whether a machine is short of memory, who holds it, who was
killed and why. Tables for people; JSON, Prometheus' text and Markdown too.")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "memory figures of a Linux machine, and what they mean")

include(CPack)
