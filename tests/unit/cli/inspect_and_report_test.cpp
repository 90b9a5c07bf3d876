// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/cli/cli_fixture.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace sida::cli_test
{

namespace
{

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Inspect = CliTest;
using Report = CliTest;
using Doctor = CliTest;

TEST_F(Inspect, TellsEachKindByItsContent)
{
    const std::vector<std::pair<std::string, std::string>> kinds
        = {{path("model"), "model"},
           {path("data.tsv"), "dataset"},
           {path("predictor.safetensors"), "predictor"},
           {writeKind("a.sida", api::PathKind::session), "session"}};
    for (const auto& [file, kind] : kinds) {
        EXPECT_EQ(sida({"inspect", file, "--json"}), 0) << kind;
        EXPECT_EQ(nlohmann::json::parse(m_out)["kind"], kind);
        EXPECT_EQ(sida({"inspect", file}), 0) << kind;
        EXPECT_THAT(m_out, StartsWith(file + ": a " + kind)) << kind;
        EXPECT_THAT(m_err, IsEmpty());
    }
    EXPECT_EQ(m_script->modelLoads, 0) << "weights are not loaded to look at a model";
}

TEST_F(Inspect, ABudgetIsPlannedAndShownByPurpose)
{
    EXPECT_EQ(sida({"inspect", path("model"), "--budget", "100%", "--policy", "on-demand", "--json"}), 0);
    const auto plan = nlohmann::json::parse(m_out)["plan"];
    EXPECT_EQ(plan["policy"], "on-demand");
    EXPECT_EQ(plan["by_purpose"].size(), api::kPurposes);
    for (const char* key :
         {"budget_bytes", "planned_bytes", "slots", "slot_bytes", "experts", "slots_per_layer",
          "experts_per_layer", "smallest_bytes", "resident_bytes"})
        EXPECT_TRUE(plan.contains(key)) << key;
    EXPECT_LE(plan["planned_bytes"], plan["budget_bytes"]);
    EXPECT_EQ(sida({"inspect", path("model"), "--budget", "100%"}), 0);
    for (const char* line :
         {"dense weights", "predictor", "expert slots", "staging", "activations", "runtime context",
          "smallest that works", "resident needs"})
        EXPECT_THAT(m_out, HasSubstr(std::string("\n  ") + line));
    EXPECT_EQ(m_script->modelLoads, 0) << "weights are not loaded for it";
}

TEST_F(Inspect, ABudgetIsPlannedForModelsOnly)
{
    EXPECT_EQ(sida({"inspect", path("data.tsv"), "--budget", "20%"}), 2);
    EXPECT_THAT(m_err, HasSubstr("model folder"));
    EXPECT_EQ(sida({"inspect", path("model"), "--policy", "sida"}), 2);
    EXPECT_THAT(m_err, HasSubstr("--predictor"));
}

TEST_F(Inspect, WhatIsNoneOfTheKindsIsRefusedWithTheirNames)
{
    const std::string file = write("letter.txt", "Dear reader");
    EXPECT_EQ(sida({"inspect", file, "--json"}), 2);
    EXPECT_THAT(m_err, StartsWith("error: " + file + ": expected a model folder"));
    EXPECT_THAT(m_out, IsEmpty());
    EXPECT_EQ(sida({"inspect", path("nothing")}), 2);
    EXPECT_THAT(m_err, HasSubstr("no such file"));
}

TEST_F(Report, WritesThePageOrTheFigures)
{
    const std::string session = writeKind("a.sida", api::PathKind::session);
    EXPECT_EQ(sida({"report", session, "--format", "html", "--output", path("report.html")}), 0);
    EXPECT_THAT(read("report.html"), StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(read("report.html"), HasSubstr("sida report a.sida --format html"));
    EXPECT_EQ(sida({"report", session, "--format", "json", "--output", path("report.json")}), 0);
    EXPECT_EQ(nlohmann::json::parse(read("report.json"))["samples"], 5);
    EXPECT_THAT(m_out, IsEmpty());
}

TEST_F(Report, AgainReplacesTheOldReportButNothingElse)
{
    const std::string session = writeKind("a.sida", api::PathKind::session);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(sida({"report", session, "--format", "html", "--output", path("report.html")}), 0);
    write("notes.html", "remember the milk");
    EXPECT_EQ(sida({"report", session, "--format", "html", "--output", path("notes.html")}), 2);
    EXPECT_EQ(read("notes.html"), "remember the milk");
    EXPECT_EQ(sida({"report", session, "--format", "json", "--output", session}), 2);
    EXPECT_THAT(m_err, HasSubstr("is also an input"));
}

TEST_F(Report, AFormatThatIsNotThereIsAnsweredWithThoseThatAre)
{
    const std::string session = writeKind("a.sida", api::PathKind::session);
    EXPECT_EQ(sida({"report", session, "--format", "docx", "--output", path("a.docx")}), 2);
    EXPECT_EQ(m_err, "error: --format 'docx': expected one of html, pdf, json, csv, trace\n");
}

TEST_F(Report, ASessionThatCannotBeReadLeavesNoReport)
{
    const std::string session = writeKind("a.sida", api::PathKind::session);
    m_script->sessionError = Error{ErrorKind::badInput, "a.sida: schema 9, expected at most 1"};
    EXPECT_EQ(sida({"report", session, "--format", "html", "--output", path("report.html")}), 2);
    EXPECT_FALSE(std::filesystem::exists(path("report.html")));
}

TEST_F(Doctor, ShowsDevicesVersionsAndWhatDoesNotWorkHere)
{
    m_script->doctor.devices.push_back(
        {api::DeviceKind::cpu, "a processor", 8 * units::kGiB, units::kGiB, 5e9});
    m_script->doctor.versions = {{"libtorch", "2.11.0"}};
    m_script->doctor.notes = {"No NVIDIA driver was found."};
    EXPECT_EQ(sida({"doctor"}), 0);
    for (const char* text :
         {"a processor", "8.00 GiB, 1.00 GiB free", "5.00 GB/s, measured", "2.11.0", "No NVIDIA driver"})
        EXPECT_THAT(m_out, HasSubstr(text));
    EXPECT_EQ(sida({"doctor", "--json"}), 0);
    EXPECT_EQ(nlohmann::json::parse(m_out)["versions"]["libtorch"], "2.11.0");
}

} // namespace

} // namespace sida::cli_test
