// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::cuda
{

TEST(CudaModule, WhereItCannotBeLoadedTheReasonAndAWayOutAreTold)
{
    const Result<Module*> module = loadModule();
    if (module)
        GTEST_SKIP() << "there is a GPU here";
    EXPECT_EQ(module.error().kind, ErrorKind::unsupported);
    EXPECT_THAT(module.error().message, testing::HasSubstr("CPU"));
    EXPECT_EQ(module.error().message.find('\n'), std::string::npos);
}

TEST(CudaModule, DescribesAndMeasuresEachDevice)
{
    const Result<Module*> module = loadModule();
    if (!module)
        GTEST_SKIP() << module.error().message;
    auto devices = (*module)->devices();
    ASSERT_TRUE(devices) << devices.error().message;
    for (std::size_t i = 0; i < devices->size(); ++i) {
        api::DeviceInfo& device = (*devices)[i];
        EXPECT_FALSE(device.name.empty());
        EXPECT_GT(device.totalBytes, device.freeBytes);
        EXPECT_GT(device.freeBytes, 0U);
        const Status measured = (*module)->measure(static_cast<int>(i), device, {});
        ASSERT_TRUE(measured) << measured.error().message;
        EXPECT_GT(device.hostToDeviceBytesPerSecond, 1e8);
        EXPECT_GT(device.pageableBytesPerSecond, 1e8);
        EXPECT_GT(device.deviceCopyBytesPerSecond, device.hostToDeviceBytesPerSecond);
        EXPECT_GT(device.deviceReadBytesPerSecond, device.hostToDeviceBytesPerSecond);
    }
}

TEST(CudaModule, MeasuringCanBeStopped)
{
    const Result<Module*> module = loadModule();
    if (!module)
        GTEST_SKIP() << module.error().message;
    std::stop_source stop;
    stop.request_stop();
    api::DeviceInfo device;
    const Status measured = (*module)->measure(0, device, stop.get_token());
    ASSERT_FALSE(measured);
    EXPECT_EQ(measured.error().kind, ErrorKind::cancelled);
}

} // namespace sida::cuda
