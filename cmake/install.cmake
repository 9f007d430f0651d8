include(CMakePackageConfigHelpers)

# Of the two components, packages hold the program alone (cmake/package.cmake).
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program)

install(TARGETS memkit)
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB schemas CONFIGURE_DEPENDS cmd/share/schemas/*.json)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/memkit/schemas)

file(GLOB prometheus_rules CONFIGURE_DEPENDS cmd/share/prometheus/*.yml)
install(FILES ${prometheus_rules} DESTINATION ${CMAKE_INSTALL_DATADIR}/memkit/prometheus)

# Not enabled: systemctl enable --now memkit-report.timer
set(BINDIR ${CMAKE_INSTALL_FULL_BINDIR})
foreach(unit memkit-report.service memkit-report.timer)
  configure_file(cmd/share/systemd/${unit} systemd/${unit} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/systemd/${unit} DESTINATION lib/systemd/system)
endforeach()

install(FILES ${MEMKIT_MAN_PAGES} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${completion_dir}/memkit DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${completion_dir}/_memkit DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${completion_dir}/memkit.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME library)

# The parsing library as the package `memkit`, target memkit::parse. Before 1.0 its interface may change with
# every version, so only the exact version asked for is accepted.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/memkit)
set_target_properties(memkit_parse PROPERTIES EXPORT_NAME parse)
install(TARGETS memkit_parse EXPORT memkit)
install(DIRECTORY lib/parse/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/memkit/parse FILES_MATCHING PATTERN "*.h")
install(EXPORT memkit NAMESPACE memkit:: DESTINATION ${package_dir} FILE memkit-config.cmake)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/memkit-config-version.cmake COMPATIBILITY ExactVersion)
install(FILES ${PROJECT_BINARY_DIR}/memkit-config-version.cmake DESTINATION ${package_dir})
