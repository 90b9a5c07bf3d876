// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Carries the precompiled header cmake/torch_pch.h; holds no code.
