// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/range_counter.h"

#include <cstdlib>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <nvtx3/nvToolsExt.h>
#include <string>
#include <vector>

namespace sida::test
{
namespace
{

/// All that was told; strings, domains and ranges are known by their numbers, which begin at 1.
struct Told {
    std::mutex mutex;
    std::vector<std::string> strings;
    std::vector<std::string> domains;
    std::map<std::string, NvtxRanges> ranges;
    std::vector<std::string> open; ///< by range
    std::map<std::uint64_t, std::vector<std::string>> pushed; ///< by thread
};

Told& told()
{
    static Told all;
    return all;
}

std::uint64_t thisThread()
{
    static std::uint64_t threads = 0;
    thread_local const std::uint64_t number = ++threads;
    return number;
}

template <typename Handle>
Handle handleOf(std::size_t number)
{
    return reinterpret_cast<Handle>(number);
}

std::string nameOf(nvtxDomainHandle_t domain, const nvtxEventAttributes_t* attributes)
{
    if (told().domains.at(reinterpret_cast<std::size_t>(domain) - 1) != "sida"
        || attributes->messageType != NVTX_MESSAGE_TYPE_REGISTERED)
        return {};
    return told().strings.at(reinterpret_cast<std::size_t>(attributes->message.registered) - 1);
}

nvtxDomainHandle_t NVTX_API createDomain(const char* name)
{
    const std::lock_guard lock(told().mutex);
    told().domains.emplace_back(name);
    return handleOf<nvtxDomainHandle_t>(told().domains.size());
}

nvtxStringHandle_t NVTX_API registerString(nvtxDomainHandle_t, const char* text)
{
    const std::lock_guard lock(told().mutex);
    told().strings.emplace_back(text);
    return handleOf<nvtxStringHandle_t>(told().strings.size());
}

nvtxRangeId_t NVTX_API startRange(nvtxDomainHandle_t domain, const nvtxEventAttributes_t* attributes)
{
    const std::lock_guard lock(told().mutex);
    told().open.push_back(nameOf(domain, attributes));
    ++told().ranges[told().open.back()].begun;
    return told().open.size();
}

void NVTX_API endRange(nvtxDomainHandle_t, nvtxRangeId_t range)
{
    const std::lock_guard lock(told().mutex);
    ++told().ranges[told().open.at(range - 1)].ended;
}

int NVTX_API pushRange(nvtxDomainHandle_t domain, const nvtxEventAttributes_t* attributes)
{
    const std::lock_guard lock(told().mutex);
    auto& stack = told().pushed[thisThread()];
    stack.push_back(nameOf(domain, attributes));
    ++told().ranges[stack.back()].begun;
    return static_cast<int>(stack.size()) - 1;
}

int NVTX_API popRange(nvtxDomainHandle_t)
{
    const std::lock_guard lock(told().mutex);
    auto& stack = told().pushed[thisThread()];
    ++told().ranges[stack.at(stack.size() - 1)].ended;
    stack.pop_back();
    return static_cast<int>(stack.size());
}

} // namespace

void countNvtxRanges()
{
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(&countNvtxRanges), &info) != 0)
        setenv("NVTX_INJECTION64_PATH", info.dli_fname, 0);
}

NvtxRanges nvtxRanges(const char* name)
{
    const std::lock_guard lock(told().mutex);
    return told().ranges[name];
}

} // namespace sida::test

extern "C" __attribute__((visibility("default"))) int
InitializeInjectionNvtx2(NvtxGetExportTableFunc_t getExportTable)
{
    const auto* callbacks = static_cast<const NvtxExportTableCallbacks*>(getExportTable(NVTX_ETID_CALLBACKS));
    NvtxFunctionTable table = nullptr;
    unsigned int size = 0;
    if (callbacks == nullptr || callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &size) == 0
        || size <= NVTX_CBID_CORE2_DomainCreateA)
        return 0;
    const auto set
        = [&](int function, auto* to) { *table[function] = reinterpret_cast<NvtxFunctionPointer>(to); };
    set(NVTX_CBID_CORE2_DomainCreateA, &sida::test::createDomain);
    set(NVTX_CBID_CORE2_DomainRegisterStringA, &sida::test::registerString);
    set(NVTX_CBID_CORE2_DomainRangeStartEx, &sida::test::startRange);
    set(NVTX_CBID_CORE2_DomainRangeEnd, &sida::test::endRange);
    set(NVTX_CBID_CORE2_DomainRangePushEx, &sida::test::pushRange);
    set(NVTX_CBID_CORE2_DomainRangePop, &sida::test::popRange);
    return 1;
}
