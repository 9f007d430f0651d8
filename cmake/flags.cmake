# Compiler and linker flags of everything in the tree. Sets MEMKIT_FMT, the fmt target to link, and
# MEMKIT_PROGRAM_LINK_OPTIONS, for the installed program.

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
include(CheckLinkerFlag)
# 3,000 relocations in 1 kB rather than 70 kB (glibc 2.36).
check_linker_flag(CXX -Wl,-z,pack-relative-relocs MEMKIT_HAS_PACKED_RELOCATIONS)
if(MEMKIT_HAS_PACKED_RELOCATIONS AND NOT MEMKIT_STATIC)
  add_link_options(-Wl,-z,pack-relative-relocs)
endif()
add_compile_definitions($<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)

# A run lasts about a millisecond, and a third of that goes to the dynamic linker where libstdc++ and libfmt are
# shared; so a release carries both inside (0.6 MB). Link time optimization was measured too: it gains 1 % of size
# and no time, and would make the installed library useless to other compilers.
set(MEMKIT_FMT fmt::fmt)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(MEMKIT_FMT fmt::fmt-header-only)  # distributions ship no libfmt.a
  check_linker_flag(CXX -static-libstdc++ MEMKIT_HAS_STATIC_LIBSTDCXX)
endif()
set(MEMKIT_PROGRAM_LINK_OPTIONS)
if(MEMKIT_STATIC)
  set(MEMKIT_FMT fmt::fmt-header-only)
  add_compile_options(-fno-pie)  # no relocations to apply at start
  add_link_options(-static -no-pie)
elseif(MEMKIT_HAS_STATIC_LIBSTDCXX)
  set(MEMKIT_PROGRAM_LINK_OPTIONS -static-libstdc++ -static-libgcc)
endif()

if(MEMKIT_SANITIZE)
  set(sanitize_flags -fsanitize=${MEMKIT_SANITIZE} -fno-sanitize-recover=all)
  # g++ takes the checks that sanitizers add for uses of uninitialized memory.
  add_compile_options(${sanitize_flags} -fno-omit-frame-pointer
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(${sanitize_flags})
endif()

# Half of what compiling takes goes to a few headers. A compiler's cache does without: it cannot look into them.
function(memkit_precompile target)
  if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()
