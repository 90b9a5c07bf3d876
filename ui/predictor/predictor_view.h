// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/results.h"
#include "ui/models/recording_model.h"
#include "ui/plot/title_accessory.h"

#include <QWidget>
#include <memory>

class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace sida::ui
{

class CalibrationView;
class GuessModel;
class HashView;
class TrainingCurve;

/// What the predictor is worth: how often it was right over the run and layer by layer, how far its
/// confidence can be believed, beside simpler guesses, and while it is being trained.
class PredictorView : public QWidget
{
    Q_OBJECT
public:
    enum class Page { overTime, calibration, baselines, training };

    PredictorView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    TitleAccessory* titleAccessory() const;
    void showPage(Page page);
    Page page() const;

    /// Empty: an evaluation can be asked for; else why not.
    void setBlocker(const QString& reason);
    void evaluationBegan();
    void setEvaluation(std::shared_ptr<const api::EvaluateResult> result);
    void evaluationFailed(const QString& why);
    void trainingBegan(int epochs);
    void addEpoch(const api::TrainEpoch& epoch);

    HashView* overTime() const { return m_hash; }
    CalibrationView* calibration() const { return m_calibration; }
    QComboBox* calibrationLayer() const { return m_layer; }
    GuessModel* guesses() const { return m_guesses; }
    QPushButton* evaluateButton() const { return m_evaluate; }
    QString message() const;

Q_SIGNALS:
    void evaluationWanted();

private:
    QWidget* makeBar();
    QWidget* makeBaselines();
    QComboBox* makeLayerBox();
    void refresh();

    HashView* m_hash;
    CalibrationView* m_calibration;
    GuessModel* m_guesses;
    TrainingCurve* m_curve;
    QButtonGroup* m_pages = nullptr;
    QButtonGroup* m_measures = nullptr;
    QWidget* m_measureBar = nullptr;
    QComboBox* m_layer = nullptr; ///< of the calibration; the first entry is all of them
    QPushButton* m_evaluate = nullptr;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    QLabel* m_message = nullptr;
    QString m_blocker;
    QString m_failure;
    bool m_evaluating = false;
};

} // namespace sida::ui
