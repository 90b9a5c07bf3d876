// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"

#include "app/cli/commands.h"
#include "engine/base/version.h"

#include <algorithm>
#include <exception>
#include <fmt/format.h>

namespace sida::cli
{

namespace
{

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int exitStatus(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::badInput:
    case ErrorKind::budget:
        return kWrongUsage;
    case ErrorKind::io:
    case ErrorKind::cancelled:
    case ErrorKind::unsupported:
    case ErrorKind::internal:
        break;
    }
    return kFailed;
}

/// An error is one line, whatever a library or a file name put into it.
std::string oneLine(std::string text)
{
    std::replace_if(
        text.begin(), text.end(),
        [](unsigned char character) { return character < 0x20 || character == 0x7F; }, ' ');
    const std::size_t last = text.find_last_not_of(' ');
    text.erase(last == std::string::npos ? 0 : last + 1);
    return text;
}

int report(const Error& error, Context& context)
{
    // Who stopped it knows why it ended: that is no error.
    context.err << (error.kind == ErrorKind::cancelled ? "note: " : "error: ") << oneLine(error.message)
                << '\n';
    return exitStatus(error.kind);
}

int wrongUsage(const std::string& message, const CLI::App& app, Context& context)
{
    std::string command = "sida";
    for (const CLI::App* chosen : app.get_subcommands())
        command += " " + chosen->get_name();
    context.err << "error: " << oneLine(message) << '\n' << "hint: " << command << " --help\n";
    return kWrongUsage;
}

/// The parser's own answer to a command that does not exist is that one is missing.
std::optional<std::string>
unknownCommand(const std::vector<std::string>& arguments, const std::vector<Command>& commands)
{
    if (arguments.empty() || arguments.front().starts_with('-'))
        return std::nullopt;
    std::string known;
    for (const Command& command : commands) {
        if (command.parser->get_name() == arguments.front())
            return std::nullopt;
        known += (known.empty() ? "" : ", ") + command.parser->get_name();
    }
    return fmt::format("{}: no such command; expected one of {}", arguments.front(), known);
}

int execute(const std::vector<Command>& commands, Context& context)
{
    const auto chosen = std::find_if(
        commands.begin(), commands.end(), [](const Command& command) { return command.parser->parsed(); });
    try {
        const Status status = chosen->execute(context);
        context.out.flush();
        if (!status)
            return report(status.error(), context);
        if (!context.out)
            return report({ErrorKind::io, "writing to standard output failed"}, context);
        return 0;
    } catch (const std::exception& exception) {
        return report({ErrorKind::internal, fmt::format("internal error: {}", exception.what())}, context);
    }
}

} // namespace

int runCommandLine(std::vector<std::string> arguments, Context& context)
{
    CLI::App app("Runs Mixture-of-Experts models under a memory budget and records what happened.", "sida");
    app.set_version_flag("--version", fmt::format("sida {}", version()), "Print the version and exit");
    app.require_subcommand(1);
    const std::vector<Command> commands
        = {addDoctor(app), addInspect(app), addRun(app),    addTrain(app),  addEvaluate(app),
           addReplay(app), addCompare(app), addReport(app), addConvert(app)};
    if (const auto message = unknownCommand(arguments, commands))
        return wrongUsage(*message, app, context);
    try {
        std::reverse(arguments.begin(), arguments.end()); // the parser takes them from the back
        app.parse(std::move(arguments));
    } catch (const CLI::CallForVersion& version) {
        context.out << version.what() << '\n';
        return 0;
    } catch (const CLI::Success&) {
        const auto chosen = app.get_subcommands();
        context.out << (chosen.empty() ? app.help() : chosen.front()->help("sida"));
        return 0;
    } catch (const CLI::ParseError& error) {
        return wrongUsage(error.what(), app, context);
    }
    return execute(commands, context);
}

} // namespace sida::cli
