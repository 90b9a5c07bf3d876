# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Language level, warnings, sanitizers and the compiler cache, for every target of the project.

option(SIDA_BUILD_TESTS "Build the tests and benchmarks" ON)
set(SIDA_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, for example address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

find_program(SIDA_CCACHE ccache)
if(SIDA_CCACHE)
    # Precompiled headers are cached only when ccache is told that time stamps inside them do not matter.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true CCACHE_PCH_EXTSUM=true ${SIDA_CCACHE})
endif()

add_library(sida_flags INTERFACE)
target_compile_options(sida_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(SIDA_CCACHE)
    target_compile_options(sida_flags INTERFACE -fpch-preprocess)
endif()
if(SIDA_SANITIZE)
    add_compile_options(-fsanitize=${SIDA_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SIDA_SANITIZE})
    # GCC 12 sees uses of uninitialised values in its own library when a sanitizer is on (std::stop_source).
    add_compile_options(-Wno-maybe-uninitialized)
    if(SIDA_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()
