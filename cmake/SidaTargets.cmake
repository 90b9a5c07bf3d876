# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One way to declare a library, a program and a test, so that every folder looks the same.

# sida_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...] [TORCH])
#
# A static library whose headers are included from the root of the repository ("engine/base/result.h").
# TORCH links libtorch privately and uses the shared precompiled ATen header.
function(sida_library name)
    cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE sida_flags ${ARG_PRIVATE_DEPENDS})
    if(ARG_TORCH)
        sida_use_torch(${name})
    endif()
    set_property(GLOBAL APPEND PROPERTY SIDA_LIBRARIES ${name})
endfunction()

# The seams, checked when everything is declared: the engine and the command line never link Qt, and the window
# sees of the engine only its interface and its base.
function(sida_check_layers)
    get_property(libraries GLOBAL PROPERTY SIDA_LIBRARIES)
    foreach(name IN LISTS libraries)
        sida_folder_of(${name} folder)
        get_target_property(links ${name} LINK_LIBRARIES)
        foreach(link IN LISTS links)
            if(folder MATCHES "^(engine|app/cli)(/|$)" AND link MATCHES "^(Qt[0-9]*::|QCustomPlot)")
                message(FATAL_ERROR "${name} (${folder}) links ${link}: the engine and the command line do without Qt")
            endif()
            if(folder MATCHES "^ui(/|$)" AND TARGET ${link} AND NOT link MATCHES "^(sida_api|sida_base|sida_flags)$")
                sida_folder_of(${link} linked)
                if(linked MATCHES "^engine(/|$)")
                    message(FATAL_ERROR "${name} (${folder}) links ${link} (${linked}): ui sees only engine/api and engine/base")
                endif()
            endif()
        endforeach()
    endforeach()
endfunction()

# sida_folder_of(NAME RESULT): where a target is declared, from the root of the repository.
function(sida_folder_of name result)
    get_target_property(directory ${name} SOURCE_DIR)
    file(RELATIVE_PATH directory "${PROJECT_SOURCE_DIR}" "${directory}")
    set(${result} "${directory}" PARENT_SCOPE)
endfunction()

cmake_language(DEFER DIRECTORY "${PROJECT_SOURCE_DIR}" CALL sida_check_layers)

# sida_use_torch(NAME): link libtorch's CPU library and share one precompiled header among all torch targets.
function(sida_use_torch name)
    target_link_libraries(${name} PRIVATE libtorch::cpu)
    sida_prefer_system_fmt(${name})
    if(NOT TARGET sida_torch_pch)
        add_library(sida_torch_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/torch_pch.cpp")
        target_link_libraries(sida_torch_pch PRIVATE libtorch::cpu sida_flags)
        target_precompile_headers(sida_torch_pch PRIVATE "${PROJECT_SOURCE_DIR}/cmake/torch_pch.h")
    endif()
    target_precompile_headers(${name} REUSE_FROM sida_torch_pch)
    # A program would be compiled with -fPIE, and the header was precompiled with -fPIC: they must be the same.
    get_target_property(type ${name} TYPE)
    if(type STREQUAL "EXECUTABLE")
        set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
        target_compile_options(${name} PRIVATE -fPIC)
    endif()
endfunction()

# sida_prefer_system_fmt(NAME): libtorch carries headers of another fmt, which would be found first and not link.
function(sida_prefer_system_fmt name)
    find_path(SIDA_FMT_INCLUDE_DIR fmt/format.h NO_CACHE)
    set(first "${CMAKE_BINARY_DIR}/system-fmt")
    file(MAKE_DIRECTORY "${first}")
    file(CREATE_LINK "${SIDA_FMT_INCLUDE_DIR}/fmt" "${first}/fmt" SYMBOLIC)
    target_include_directories(${name} BEFORE PRIVATE "${first}")
endfunction()

# sida_test(NAME SOURCES ... DEPENDS ... LABEL unit|parity|gui|session|fuzz|cuda [TORCH] [SERIAL])
#
# A GoogleTest program whose cases are registered with ctest one by one under the label.
function(sida_test name)
    cmake_parse_arguments(ARG "TORCH;SERIAL" "LABEL" "SOURCES;DEPENDS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE sida_flags ${ARG_DEPENDS} GTest::gtest GTest::gmock)
    if(NOT "${ARG_LABEL}" STREQUAL "gui")
        target_link_libraries(${name} PRIVATE GTest::gtest_main)
    endif()
    target_compile_definitions(${name} PRIVATE SIDA_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SIDA_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    if(ARG_TORCH)
        sida_use_torch(${name})
    endif()
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    set(properties LABELS "${ARG_LABEL}" TIMEOUT 300)
    if(ARG_SERIAL)
        list(APPEND properties RUN_SERIAL TRUE)
    endif()
    if("${ARG_LABEL}" STREQUAL "gui")
        list(APPEND properties ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
    endif()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120 DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()
