# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The CUDA toolkit, where there is one: SIDA_CUDA tells whether the CUDA module is built. Sanitizers of the host do not know
# device memory, so their builds do without it.

option(SIDA_WITH_CUDA "Build the CUDA module when the CUDA toolkit (nvcc) is found" ON)
set(SIDA_CUDA_ARCHITECTURES "80-real;90a-real" CACHE STRING "GPU generations that the CUDA module is built for")

set(SIDA_CUDA OFF)
if(SIDA_WITH_CUDA AND NOT SIDA_SANITIZE)
    find_program(SIDA_NVCC nvcc HINTS ENV CUDACXX ENV CUDA_HOME /usr/local/cuda PATH_SUFFIXES bin)
    if(SIDA_NVCC)
        set(CMAKE_CUDA_COMPILER "${SIDA_NVCC}")
        set(CMAKE_CUDA_ARCHITECTURES "${SIDA_CUDA_ARCHITECTURES}")
        enable_language(CUDA)
        # CMake 3.25 does not know how newer compilers are asked for the language of 2020.
        set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
        set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
        find_package(CUDAToolkit 12.3)
    endif()
    if(CUDAToolkit_FOUND)
        set(SIDA_CUDA ON)
        if(SIDA_CCACHE)
            set(CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
        endif()
    else()
        message(STATUS "No CUDA toolkit (12.3 or newer): the CUDA module is left out, everything else is built")
    endif()
endif()
