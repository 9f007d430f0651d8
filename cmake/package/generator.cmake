# Read by cpack for each generator (CPACK_PROJECT_CONFIG_FILE): an archive unpacks into a folder of its own.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
endif()
