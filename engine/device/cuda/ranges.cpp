// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/ranges.h"

#include <array>
#include <nvtx3/nvToolsExt.h>

namespace sida::cuda
{

namespace
{

/// Made when the first range is asked for; a profiler that is attached was found by then.
struct Names {
    nvtxDomainHandle_t domain = nvtxDomainCreateA("sida");
    std::array<nvtxStringHandle_t, 4> ranges
        = {nvtxDomainRegisterStringA(domain, "batch"), nvtxDomainRegisterStringA(domain, "layer"),
           nvtxDomainRegisterStringA(domain, "copy"), nvtxDomainRegisterStringA(domain, "stall")};
};

const Names& names()
{
    static const Names made;
    return made;
}

nvtxEventAttributes_t attributesOf(Range range, std::uint64_t number, std::uint32_t category)
{
    nvtxEventAttributes_t attributes{};
    attributes.version = NVTX_VERSION;
    attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
    attributes.category = category;
    attributes.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
    attributes.message.registered = names().ranges[static_cast<std::size_t>(range)];
    attributes.payloadType = NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
    attributes.payload.ullValue = number;
    return attributes;
}

} // namespace

std::uint64_t beginRange(Range range, std::uint64_t number)
{
    const nvtxEventAttributes_t attributes = attributesOf(range, number, 0);
    return nvtxDomainRangeStartEx(names().domain, &attributes);
}

void endRange(std::uint64_t range)
{
    nvtxDomainRangeEnd(names().domain, range);
}

CopyRange::CopyRange(int moeLayer, int expert)
{
    const nvtxEventAttributes_t attributes = attributesOf(
        Range::copy, static_cast<std::uint64_t>(expert), static_cast<std::uint32_t>(moeLayer) + 1);
    nvtxDomainRangePushEx(names().domain, &attributes);
}

CopyRange::~CopyRange()
{
    nvtxDomainRangePop(names().domain);
}

} // namespace sida::cuda
