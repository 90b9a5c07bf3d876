// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/module.h"

#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>

namespace sida::cuda
{

namespace
{

using Entry = Module* (*)(int version);

bool hasDriver()
{
    void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (driver)
        ::dlclose(driver);
    return driver != nullptr;
}

/// Beside the program, and where packages put what programs load.
std::vector<std::filesystem::path> places()
{
    std::error_code error;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    constexpr const char* kName = "libsida_cuda.so";
    return {folder / kName, folder / "../lib" / kName, folder / "../lib/sida-studio" / kName};
}

Result<Module*> load()
{
    if (!hasDriver())
        return failure(
            ErrorKind::unsupported,
            "No NVIDIA driver was found: runs use the CPU, where the expert cache, its queues and its "
            "accounting work on host memory. Every figure is labelled cpu.");
    std::error_code error;
    for (const auto& place : places()) {
        if (!std::filesystem::exists(place, error))
            continue;
        void* library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL); // for the life of the process
        if (!library)
            return failure(
                ErrorKind::unsupported,
                fmt::format(
                    "The CUDA module cannot be loaded: {}; install the CUDA 13 run-time libraries, or run on "
                    "the CPU (--device cpu)",
                    ::dlerror()));
        const auto entry = reinterpret_cast<Entry>(::dlsym(library, "sidaCudaModule"));
        Module* module = entry ? entry(kModuleVersion) : nullptr;
        if (!module)
            return failure(
                ErrorKind::unsupported,
                fmt::format(
                    "{}: a CUDA module of another version of SiDA Studio; install both together",
                    place.string()));
        return module;
    }
    return failure(
        ErrorKind::unsupported,
        "An NVIDIA driver is installed, but this build has no CUDA module: runs use the CPU (--device cpu). "
        "Build with the CUDA toolkit (nvcc) to get it.");
}

} // namespace

Result<Module*> loadModule()
{
    static const Result<Module*> module = load();
    return module;
}

} // namespace sida::cuda
