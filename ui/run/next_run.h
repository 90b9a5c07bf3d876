// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"

#include <QObject>
#include <array>
#include <memory>
#include <optional>

namespace sida::ui
{

/// What a run is put together from, in the order in which it is chosen.
enum class Part { model, dataset, predictor, device, budget };
constexpr std::size_t kParts = 5;

enum class Readiness {
    ready,
    missing,
    optional,
    waiting, ///< chosen, and read as soon as there is a model
    loading,
    failed
};

/// One part of the next run in words.
struct PartStatus {
    Readiness readiness = Readiness::missing;
    QString headline;
    QString detail;
};

/// The run that Start would begin: what is loaded, the options, and what is still missing.
class NextRun : public QObject
{
    Q_OBJECT
public:
    explicit NextRun(QObject* parent = nullptr);

    void setModel(std::shared_ptr<const api::ModelInfo> model);
    void setDataset(std::shared_ptr<const api::DatasetInfo> dataset);
    void setPredictor(std::shared_ptr<const api::PredictorInfo> predictor);
    void setDoctor(std::shared_ptr<const api::DoctorReport> doctor);
    void setPlan(std::shared_ptr<const api::BudgetPlan> plan);
    void setLoading(Part part, bool loading);
    /// Datasets and predictors are read with the model's help: one that was chosen first waits for it. An
    /// empty name forgets it.
    void setWaiting(Part part, const QString& name);
    /// In the engine's words; empty forgets it.
    void setFailure(Part part, const QString& reason);
    /// The user's choice; emits optionsChanged() when it differs.
    void setOptions(const api::RunOptions& options);
    /// Until then the policy follows what is loaded: sida with a predictor, on-demand without.
    void setPolicyByUser(api::Policy policy);
    /// What the dataset is read as; nothing = as its content and the model say.
    void setTask(std::optional<api::Task> task);
    const std::optional<api::Task>& task() const { return m_reading.task; }
    /// How the dataset is read: its task, the longest sample, how many rows. Emits readingChanged() when it
    /// differs.
    void setReading(const api::DatasetOptions& reading);
    const api::DatasetOptions& reading() const { return m_reading; }
    void setBudget(const units::Budget& budget);

    const std::shared_ptr<const api::ModelInfo>& model() const { return m_model; }
    const std::shared_ptr<const api::DatasetInfo>& dataset() const { return m_dataset; }
    const std::shared_ptr<const api::PredictorInfo>& predictor() const { return m_predictor; }
    const std::shared_ptr<const api::DoctorReport>& doctor() const { return m_doctor; }
    const std::shared_ptr<const api::BudgetPlan>& plan() const { return m_plan; }
    const api::RunOptions& options() const { return m_options; }
    /// The device of the options, if the machine reported it.
    const api::DeviceInfo* device() const;

    PartStatus status(Part part) const;
    /// The part to choose next; nothing when the run can start or something is being loaded.
    std::optional<Part> nextStep() const;
    /// Why it cannot start, as an instruction; empty when it can.
    QString blocker() const;
    bool canStart() const { return blocker().isEmpty(); }

Q_SIGNALS:
    void changed();
    /// A budget plan made for the options before no longer holds.
    void optionsChanged();
    /// The dataset is to be read anew.
    void readingChanged();

private:
    PartStatus loadedStatus(Part part) const;
    PartStatus modelStatus() const;
    PartStatus datasetStatus() const;
    PartStatus predictorStatus() const;
    PartStatus deviceStatus() const;
    PartStatus budgetStatus() const;
    bool needsPredictor() const;
    bool predictorFits() const;
    void fitOptions();

    std::shared_ptr<const api::ModelInfo> m_model;
    std::shared_ptr<const api::DatasetInfo> m_dataset;
    std::shared_ptr<const api::PredictorInfo> m_predictor;
    std::shared_ptr<const api::DoctorReport> m_doctor;
    std::shared_ptr<const api::BudgetPlan> m_plan;
    api::RunOptions m_options;
    api::DatasetOptions m_reading;
    bool m_policyChosen = false;
    bool m_budgetChosen = false;
    std::array<bool, kParts> m_loading{};
    std::array<QString, kParts> m_failures;
    std::array<QString, kParts> m_waiting;
};

} // namespace sida::ui
