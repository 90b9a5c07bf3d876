# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Everything the project takes from outside; docs/dependencies.md says why each of them is here.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Libtorch REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(MINIZIP REQUIRED IMPORTED_TARGET minizip)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Svg)
if(SIDA_BUILD_TESTS)
    find_package(GTest REQUIRED)
    find_package(benchmark REQUIRED)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Test)
    include(GoogleTest)
endif()
