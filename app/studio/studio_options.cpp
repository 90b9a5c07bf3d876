// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/studio_options.h"

#include <QRegularExpression>

namespace sida::studio
{

namespace
{

tl::unexpected<Error> wrong(const QString& message)
{
    return failure(ErrorKind::usage, message.toStdString());
}

Result<QSize> parseSize(const QString& text)
{
    static const QRegularExpression pattern(QStringLiteral("^(\\d{3,5})x(\\d{3,5})$"));
    const auto match = pattern.match(text);
    if (!match.hasMatch())
        return wrong(
            QStringLiteral("--size %1: expected WIDTHxHEIGHT in pixels, for example 1280x800").arg(text));
    return QSize(match.captured(1).toInt(), match.captured(2).toInt());
}

Status applyValue(StudioOptions& options, const QString& name, const QString& value)
{
    if (name == QStringLiteral("--export-views")) {
        options.exportFolder = value;
    } else if (name == QStringLiteral("--size")) {
        SIDA_TRY_ASSIGN(options.size, parseSize(value));
        options.sizeGiven = true;
    } else if (value == QStringLiteral("light")) {
        options.theme = ui::ThemeChoice::light;
    } else if (value == QStringLiteral("dark")) {
        options.theme = ui::ThemeChoice::dark;
    } else {
        return wrong(QStringLiteral("--theme %1: expected light or dark").arg(value));
    }
    return {};
}

} // namespace

Result<StudioOptions> parseOptions(const QStringList& arguments)
{
    const QStringList withValue
        = {QStringLiteral("--export-views"), QStringLiteral("--size"), QStringLiteral("--theme")};
    StudioOptions options;
    for (qsizetype i = 1; i < arguments.size(); ++i) {
        QString name = arguments[i];
        if (name == QStringLiteral("--demo")) {
            options.demo = true;
        } else if (name == QStringLiteral("--help") || name == QStringLiteral("-h")) {
            options.help = true;
        } else if (name == QStringLiteral("--version")) {
            options.version = true;
        } else if (!name.startsWith(QStringLiteral("-"))) {
            options.files << name;
        } else {
            const qsizetype equals = name.indexOf(QLatin1Char('='));
            std::optional<QString> value;
            if (equals > 0) {
                value = name.mid(equals + 1);
                name.truncate(equals);
            }
            if (!withValue.contains(name))
                return wrong(QStringLiteral("%1: no such option; sida-studio --help lists them").arg(name));
            if (!value && i + 1 < arguments.size())
                value = arguments[++i];
            if (!value || value->isEmpty())
                return wrong(QStringLiteral("%1: expected a value after it").arg(name));
            SIDA_TRY(applyValue(options, name, *value));
        }
    }
    if (!options.exportFolder.isEmpty() && options.files.isEmpty() && !options.demo)
        return wrong(QStringLiteral("--export-views: expected a session to draw, or --demo"));
    return options;
}

QString usage()
{
    return QStringLiteral(
        "usage: sida-studio [FILE...] [--demo] [--export-views DIR] [--size WxH] [--theme light|dark]\n"
        "\n"
        "  FILE                a model folder, dataset, predictor or session, told apart by content\n"
        "  --demo              load the demo and run it\n"
        "  --export-views DIR  write pictures of the window and its views in both themes, without a display\n"
        "  --size WxH          size of the window in pixels\n"
        "  --theme THEME       light or dark\n"
        "  --version, --help\n");
}

} // namespace sida::studio
