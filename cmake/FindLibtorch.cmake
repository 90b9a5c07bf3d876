# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Finds libtorch >= 2.8 and defines
#   libtorch::cpu    libtorch_cpu and libc10: what every program links
#   libtorch::cuda   libtorch_cuda and libc10_cuda, where they are usable: only for the module that is loaded at run time
# Looked for in this order: the variable or environment variable Torch_DIR (a torch package folder, a libtorch folder, or
# its share/cmake/Torch), the Python package torch, and the folder where installer/dependencies.sh unpacks it.
# libtorch's own package file is not used: it needs nvcc, takes seconds, and makes every program link libtorch_cuda.

set(_libtorch_candidates "")
foreach(_dir IN ITEMS "${Torch_DIR}" "$ENV{Torch_DIR}")
    if(_dir)
        list(APPEND _libtorch_candidates "${_dir}" "${_dir}/torch" "${_dir}/../../..")
    endif()
endforeach()
if(NOT _libtorch_candidates)
    find_program(SIDA_PYTHON3 python3)
    if(SIDA_PYTHON3)
        execute_process(
            COMMAND "${SIDA_PYTHON3}" -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
            OUTPUT_VARIABLE _python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        list(APPEND _libtorch_candidates "${_python_torch}")
    endif()
    if(DEFINED ENV{SIDA_DEPS_DIR})
        set(_deps "$ENV{SIDA_DEPS_DIR}")
    else()
        # Without a home that can be written the script unpacks inside the source tree.
        set(_deps "$ENV{HOME}/.cache/sida-studio" "${PROJECT_SOURCE_DIR}/.cache/sida-studio")
    endif()
    list(TRANSFORM _deps APPEND "/libtorch-2.11.0/torch")
    list(APPEND _libtorch_candidates ${_deps})
endif()

set(Libtorch_ROOT "")
foreach(_dir IN LISTS _libtorch_candidates)
    set(_version_header "${_dir}/include/torch/headeronly/version.h")
    if(NOT EXISTS "${_version_header}")
        set(_version_header "${_dir}/include/torch/csrc/api/include/torch/version.h")
    endif()
    if(_dir AND EXISTS "${_dir}/lib/libtorch_cpu.so" AND EXISTS "${_version_header}")
        set(_version "")
        foreach(_part IN ITEMS MAJOR MINOR PATCH)
            file(STRINGS "${_version_header}" _line REGEX "#define TORCH_VERSION_${_part} ")
            string(REGEX REPLACE ".*_${_part} +([0-9]+).*" "\\1" _number "${_line}")
            list(APPEND _version "${_number}")
        endforeach()
        list(JOIN _version "." _version)
        if(_version VERSION_GREATER_EQUAL 2.8)
            get_filename_component(Libtorch_ROOT "${_dir}" REALPATH)
            set(Libtorch_VERSION "${_version}")
            break()
        endif()
        message(STATUS "Passing over libtorch ${_version} in ${_dir}: 2.8 or newer is needed")
    endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch REQUIRED_VARS Libtorch_ROOT VERSION_VAR Libtorch_VERSION
    REASON_FAILURE_MESSAGE "run installer/dependencies.sh, or set Torch_DIR to a torch package folder")

if(Libtorch_FOUND AND NOT TARGET libtorch::cpu)
    set(_lib "${Libtorch_ROOT}/lib")
    add_library(libtorch::c10 SHARED IMPORTED)
    set_target_properties(libtorch::c10 PROPERTIES IMPORTED_LOCATION "${_lib}/libc10.so")
    add_library(libtorch::cpu SHARED IMPORTED)
    set_target_properties(libtorch::cpu PROPERTIES
        IMPORTED_LOCATION "${_lib}/libtorch_cpu.so"
        INTERFACE_INCLUDE_DIRECTORIES "${Libtorch_ROOT}/include;${Libtorch_ROOT}/include/torch/csrc/api/include"
        INTERFACE_LINK_LIBRARIES "libtorch::c10")
    # libtorch_cpu.so of the CUDA wheel needs libcudart and libcupti: the toolkit's, or the small wheels beside it.
    set_target_properties(libtorch::cpu PROPERTIES INTERFACE_LINK_OPTIONS "-Wl,--allow-shlib-undefined")
    # The old ABI is told by a line of the wheel's build configuration; every wheel since 2.7 has the new one.
    if(EXISTS "${_lib}/libtorch_cuda.so")
        add_library(libtorch::cuda SHARED IMPORTED)
        set_target_properties(libtorch::cuda PROPERTIES
            IMPORTED_LOCATION "${_lib}/libtorch_cuda.so"
            INTERFACE_LINK_LIBRARIES "libtorch::cpu;${_lib}/libc10_cuda.so"
            INTERFACE_LINK_OPTIONS "-Wl,--no-as-needed")
    endif()
    message(STATUS "Using libtorch ${Libtorch_VERSION} in ${Libtorch_ROOT}")
endif()
