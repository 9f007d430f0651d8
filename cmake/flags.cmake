# Compiler and linker flags of everything in the tree. Sets MEMKIT_FMT, the fmt target to link.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
if(MEMKIT_STATIC AND MEMKIT_SANITIZE)
  message(FATAL_ERROR "MEMKIT_STATIC and MEMKIT_SANITIZE exclude each other")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(MEMKIT_WERROR)
  add_compile_options(-Werror)
endif()

set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
add_compile_options(-ffunction-sections -fdata-sections)
# Lazy binding: a run touches few of the functions it imports. Some distributions default to -z now.
add_link_options(-Wl,--gc-sections -Wl,--as-needed -Wl,--hash-style=gnu -Wl,-z,lazy)
add_compile_definitions($<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)

set(MEMKIT_FMT fmt::fmt)
if(MEMKIT_STATIC)
  # Distributions ship no libfmt.a. Without PIE there are no relocations to apply at start.
  set(MEMKIT_FMT fmt::fmt-header-only)
  add_compile_options(-fno-pie)
  add_link_options(-static -no-pie)
endif()

if(MEMKIT_SANITIZE)
  set(sanitize_flags -fsanitize=${MEMKIT_SANITIZE} -fno-sanitize-recover=all)
  add_compile_options(${sanitize_flags} -fno-omit-frame-pointer)
  add_link_options(${sanitize_flags})
endif()
