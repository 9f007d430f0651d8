# Man pages and shell completion, made at build time from the option and column tables by memkit-docgen.

file(GLOB docgen_sources CONFIGURE_DEPENDS cmd/docgen*.cpp)
add_executable(memkit-docgen ${docgen_sources})
target_link_libraries(memkit-docgen PRIVATE memkit_commands)

# Writes what `memkit-docgen ARGS…` prints to OUTPUT.
function(memkit_generate output)
  add_custom_command(OUTPUT ${output}
    COMMAND memkit-docgen ${ARGN} > ${output}.tmp
    COMMAND ${CMAKE_COMMAND} -E rename ${output}.tmp ${output}
    DEPENDS memkit-docgen ${page_template} VERBATIM)
endfunction()

set(man_dir ${PROJECT_BINARY_DIR}/man)
set(completion_dir ${PROJECT_BINARY_DIR}/completion)
file(MAKE_DIRECTORY ${man_dir} ${completion_dir})

file(GLOB page_templates CONFIGURE_DEPENDS man/*.1.in)
set(MEMKIT_MAN_PAGES)
foreach(page_template IN LISTS page_templates)
  cmake_path(GET page_template STEM LAST_ONLY page)
  memkit_generate(${man_dir}/${page} man ${page_template})
  list(APPEND MEMKIT_MAN_PAGES ${man_dir}/${page})
endforeach()
unset(page_template)

memkit_generate(${completion_dir}/memkit completion bash)
memkit_generate(${completion_dir}/_memkit completion zsh)
memkit_generate(${completion_dir}/memkit.fish completion fish)

add_custom_target(docs ALL DEPENDS ${MEMKIT_MAN_PAGES}
  ${completion_dir}/memkit ${completion_dir}/_memkit ${completion_dir}/memkit.fish)
