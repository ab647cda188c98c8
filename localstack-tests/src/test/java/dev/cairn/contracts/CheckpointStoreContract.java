package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every {@link CheckpointStore} does. Each test has a job of its own, so that all may share
 * one table.
 */
abstract class CheckpointStoreContract extends SharedFilesContract {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123456Z");
  private static final Epoch FIRST = new Epoch(1);

  private final JobId job = new JobId("job-" + UUID.randomUUID());

  @Override
  abstract CheckpointStore checkpoints();

  /** The journal of the same table. */
  abstract Journal journal();

  @Test
  void aJobThatWasNeverCreatedIsNotThere() {
    assertThat(checkpoints().job(job)).isEmpty();
    assertThat(checkpoints().subtasks(job)).isEmpty();
    assertThat(checkpoints().firstSubtask(job)).isEmpty();
    assertThat(checkpoints().checkpoints(job)).isEmpty();
    assertThat(checkpoints().checkpoint(job, id(1))).isEmpty();
    assertThat(checkpoints().acknowledgements(job, id(1))).isEmpty();
  }

  @Test
  void keepsAJobAsItWasCreated() {
    Job full =
        new Job(
            job,
            new JobStatus.Restoring(Restoration.of(id(3))),
            new Epoch(4),
            id(9),
            Optional.of(id(7)),
            Optional.of(id(6)),
            new CheckpointSettings(Optional.of(Duration.ofMillis(1500)), Duration.ofMinutes(10), 3),
            Optional.of("5"),
            Optional.of("savepoint before-upgrade"),
            Optional.of(new Job.Refusal("restore six", "\"six\" is not a checkpoint", NOW)),
            new TreeSet<>(List.of(id(2), id(7))),
            FormatVersion.TWO,
            Optional.of(id(4)));

    assertThat(checkpoints().create(full)).isTrue();
    assertThat(job()).isEqualTo(full);
  }

  @Test
  void doesNotCreateAJobTwice() {
    Job first = create();

    assertThat(
            checkpoints()
                .create(
                    Job.create(
                        job,
                        new CheckpointSettings(
                            Optional.of(Duration.ofSeconds(3)), Duration.ofHours(1), 2))))
        .isFalse();
    assertThat(job()).isEqualTo(first);
  }

  @Test
  void listsSubtasksSortedAndOfThisJobOnly() {
    create();
    for (String shard : List.of("shardId-2", "shardId-1", "shardId-10")) {
      journal().open(subtask(shard), opened());
    }

    assertThat(checkpoints().subtasks(job))
        .containsExactly(subtask("shardId-1"), subtask("shardId-10"), subtask("shardId-2"));
    assertThat(checkpoints().firstSubtask(job)).contains(subtask("shardId-1"));
    assertThat(checkpoints().subtasks(new JobId(job.value() + "-2"))).isEmpty();
  }

  @Test
  void listsCheckpointsFromAnIdOn() {
    create();
    for (int n = 1; n <= 3; n++) {
      checkpoints().begin(pending(n));
    }

    assertThat(checkpoints().checkpoints(job)).extracting(Checkpoint::id).hasSize(3);
    assertThat(checkpoints().checkpoints(job, id(2)))
        .extracting(Checkpoint::id)
        .containsExactly(id(2), id(3));
    assertThat(checkpoints().checkpoints(job, id(4))).isEmpty();
  }

  @Test
  void beginsACheckpointAndRaisesTheNextId() {
    create();

    assertThat(checkpoints().begin(pending(1))).isTrue();
    assertThat(checkpoints().checkpoint(job, id(1))).contains(pending(1));
    assertThat(checkpoints().checkpointUnlisted(job, id(1)).map(Checkpoint::trigger))
        .contains(pending(1).trigger());
    assertThat(job().next()).isEqualTo(id(2));
    assertThat(job().latest()).isEmpty();
  }

  @Test
  void beginsOnlyWithTheNextId() {
    create();

    refused(() -> checkpoints().begin(pending(2)));
    checkpoints().begin(pending(1));
    checkpoints().abort(aborted(1));
    refused(() -> checkpoints().begin(pending(1)));
  }

  @Test
  void beginsOnlyInTheJobsEpoch() {
    create();

    refused(() -> checkpoints().begin(pending(trigger(1, new Epoch(2), NOW))));
  }

  @Test
  void beginsNothingWithoutAJob() {
    assertThat(checkpoints().begin(pending(1))).isFalse();
    assertThat(checkpoints().checkpoint(job, id(1))).isEmpty();
  }

  @Test
  void beginsNothingWhileRestoringAndAgainWhileReplaying() {
    completed(1);
    restore(job(), id(1), Optional.empty(), NOW);
    Checkpoint.Pending second = pending(trigger(2, new Epoch(2), NOW));

    refused(() -> checkpoints().begin(second));
    replay(new Epoch(2));
    assertThat(checkpoints().begin(second)).isTrue();
  }

  @Test
  void beginningTheVerySameCheckpointAgainSaysYes() {
    create();
    checkpoints().begin(pending(1));

    assertThat(checkpoints().begin(pending(1))).isTrue();
    assertThat(job().next()).isEqualTo(id(2));
    refused(() -> checkpoints().begin(pending(trigger(1, FIRST, NOW.plusMillis(1)))));
  }

  @Test
  void ofRacingBeginsExactlyOneWins() throws Exception {
    create();

    List<Boolean> outcomes =
        Race.run(runner -> checkpoints().begin(pending(trigger(1, FIRST, NOW.plusMillis(runner)))));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().checkpoint(job, id(1)).orElseThrow().trigger().triggeredAt())
        .isEqualTo(NOW.plusMillis(outcomes.indexOf(true)));
    assertThat(job().next()).isEqualTo(id(2));
  }

  @Test
  void completesACheckpointAndMakesItTheLatest() {
    create();
    checkpoints().begin(pending(1));

    assertThat(checkpoints().complete(complete(1))).isTrue();
    assertThat(checkpoints().checkpoint(job, id(1))).contains(complete(1));
    assertThat(job().latest()).contains(id(1));
  }

  @Test
  void completesOnlyWhatIsPending() {
    create();

    refused(() -> checkpoints().complete(complete(1)));
    checkpoints().begin(pending(1));
    checkpoints().abort(aborted(1));
    refused(() -> checkpoints().complete(complete(1)));
  }

  @Test
  void completesOnlyInTheEpochOfItsTrigger() {
    completed(1);
    checkpoints().begin(pending(2));
    restore(job(), id(1), Optional.empty(), NOW);

    refused(() -> checkpoints().complete(complete(2)));
  }

  @Test
  void theLatestNeverGoesBack() {
    create();
    checkpoints().begin(pending(1));
    checkpoints().begin(pending(2));
    assertThat(checkpoints().complete(complete(2))).isTrue();

    refused(() -> checkpoints().complete(complete(1)));
    assertThat(job().latest()).contains(id(2));
  }

  @Test
  void completingTheVerySameAgainSaysYes() {
    completed(1);

    assertThat(checkpoints().complete(complete(1))).isTrue();
    refused(() -> checkpoints().complete(complete(1, NOW.plusSeconds(99))));
  }

  @Test
  void ofRacingCompletionsExactlyOneWins() throws Exception {
    create();
    checkpoints().begin(pending(1));

    List<Boolean> outcomes =
        Race.run(runner -> checkpoints().complete(complete(1, NOW.plusMillis(runner))));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().checkpoint(job, id(1)))
        .contains(complete(1, NOW.plusMillis(outcomes.indexOf(true))));
  }

  @Test
  void ofACompletionAndAnAbortOneWins() throws Exception {
    create();
    checkpoints().begin(pending(1));

    List<Boolean> outcomes =
        Race.run(
            runner ->
                runner % 2 == 0
                    ? checkpoints().complete(complete(1, NOW.plusMillis(runner)))
                    : checkpoints()
                        .abort(
                            new Checkpoint.Aborted(
                                trigger(1),
                                NOW.plusMillis(runner),
                                Failure.of(FailureReason.EXPIRED, "late"))));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(job().latest().isPresent()).isEqualTo(outcomes.indexOf(true) % 2 == 0);
  }

  @Test
  void abortsWhatIsPendingAndNothingElse() {
    create();

    refused(() -> checkpoints().abort(aborted(1)));
    checkpoints().begin(pending(1));
    assertThat(checkpoints().abort(aborted(1))).isTrue();
    assertThat(checkpoints().checkpoint(job, id(1))).contains(aborted(1));
    assertThat(checkpoints().checkpointUnlisted(job, id(1))).contains(aborted(1));
    assertThat(checkpoints().abort(aborted(1))).isTrue();
    refused(
        () ->
            checkpoints()
                .abort(
                    new Checkpoint.Aborted(
                        trigger(1),
                        NOW.plusSeconds(9),
                        Failure.of(FailureReason.EXPIRED, "another reason"))));
    checkpoints().begin(pending(2));
    checkpoints().complete(complete(2));
    refused(() -> checkpoints().abort(aborted(2)));
  }

  @Test
  void subsumesWhatIsCompleted() {
    completed(1);

    assertThat(checkpoints().subsume(complete(1), FIRST)).isTrue();
    assertThat(checkpoints().checkpoint(job, id(1))).contains(new Checkpoint.Subsumed(complete(1)));
    refused(() -> checkpoints().subsume(complete(1), FIRST));
  }

  @Test
  void subsumesNothingThatIsNotCompleted() {
    create();
    refused(() -> checkpoints().subsume(complete(1), FIRST));
    checkpoints().begin(pending(1));
    refused(() -> checkpoints().subsume(complete(1), FIRST));
    checkpoints().abort(aborted(1));
    refused(() -> checkpoints().subsume(complete(1), FIRST));
  }

  @Test
  void subsumesOnlyInTheJobsEpoch() {
    completed(1);

    refused(() -> checkpoints().subsume(complete(1), new Epoch(2)));
  }

  @Test
  void subsumesNothingThatIsBeingRestored() {
    completed(1);
    completedNext(2);
    completedNext(3);
    restore(job(), id(1), Optional.empty(), NOW);
    Epoch second = new Epoch(2);

    refused(() -> checkpoints().subsume(complete(1), second));
    assertThat(checkpoints().subsume(complete(2), second)).isTrue();
    replay(second);
    refused(() -> checkpoints().subsume(complete(1), second));
    finishReplay(second);
    assertThat(checkpoints().subsume(complete(1), second)).isTrue();
  }

  @Test
  void subsumesNothingThatIsPinned() {
    create();
    completedNext(1);
    completedNext(2);
    assertThat(checkpoints().pin(job(), id(1))).isTrue();

    refused(() -> checkpoints().subsume(complete(1), FIRST));
    refused(() -> checkpoints().end(complete(1), FIRST, Checkpoint.Subsumed.End.DISPOSED));
    assertThat(checkpoints().subsume(complete(2), FIRST)).isTrue();

    assertThat(checkpoints().unpin(job(), id(1))).isTrue();
    assertThat(checkpoints().end(complete(1), FIRST, Checkpoint.Subsumed.End.DISPOSED)).isTrue();
    assertThat(checkpoints().checkpoint(job, id(1)))
        .contains(new Checkpoint.Subsumed(complete(1), Checkpoint.Subsumed.End.DISPOSED));
  }

  @Test
  void pinsWhatIsCompletedOnlyAndRemovesTheRequestWithIt() {
    create();
    checkpoints().begin(pending(1));
    refused(() -> checkpoints().pin(job(), id(1)));
    checkpoints().complete(complete(1));
    completedNext(2);
    checkpoints().request(job, Request.command("pin 1"));
    Job seen = job();

    assertThat(checkpoints().pin(seen, id(1))).isTrue();

    assertThat(job().request()).isEmpty();
    assertThat(job().pinned()).containsExactly(id(1));
    refused(() -> checkpoints().pin(seen, id(2)));
    assertThat(checkpoints().pin(job(), id(2))).isTrue();
    assertThat(job().pinned()).containsExactly(id(1), id(2));
    assertThat(checkpoints().unpin(job(), id(1))).isTrue();
    assertThat(job().pinned()).containsExactly(id(2));
    assertThat(checkpoints().checkpoint(job, id(1))).contains(complete(1));
  }

  @Test
  void keepsPinsAndWhatWasPassedOverThroughARestore() {
    create();
    completedNext(1);
    assertThat(checkpoints().pin(job(), id(1))).isTrue();
    Restoration from =
        Restoration.of(id(1)).withPassedOver(List.of("checkpoint 2: file x is missing"));

    move(new JobStatus.Restoring(from));

    assertThat(job().status()).isEqualTo(new JobStatus.Restoring(from));
    assertThat(job().pinned()).containsExactly(id(1));
    move(new JobStatus.Replaying(from));
    assertThat(job().pinned()).containsExactly(id(1));
  }

  @Test
  void keepsWhichStateACheckpointHolds() {
    create();
    completedNext(1);
    checkpoints().begin(pending(2));
    Checkpoint.Completed plain = complete(2);
    Checkpoint.Completed completed =
        new Checkpoint.Completed(
            plain.trigger(),
            plain.completedAt(),
            plain.metadata(),
            plain.fullSizeBytes(),
            plain.incrementalSizeBytes(),
            plain.ackTimes(),
            Optional.of(Sha256.of(new byte[] {7})));

    assertThat(checkpoints().complete(completed)).isTrue();

    assertThat(checkpoints().checkpoint(job, id(2))).contains(completed);
    Acknowledgement.Acknowledged acknowledged =
        new Acknowledgement.Acknowledged(subtask("shardId-1"), id(2), Optional.empty(), 3, 2)
            .with(Sha256.of(new byte[] {8}));
    assertThat(checkpoints().acknowledge(acknowledged)).isTrue();
    assertThat(checkpoints().acknowledgements(job, id(2))).containsExactly(acknowledged);
  }

  @Test
  void subsumesNothingToWhichAnUndoLeads() {
    completed(1);
    completedNext(2);
    move(new JobStatus.Restoring(Restoration.of(id(1)).undoneBy(Optional.of(id(2)))));
    assertThat(job().undo()).contains(id(2));

    refused(() -> checkpoints().subsume(complete(2), new Epoch(2)));
    move(new JobStatus.Restoring(Restoration.of(id(1))));
    assertThat(job().undo()).isEmpty();
    assertThat(checkpoints().subsume(complete(2), new Epoch(3))).isTrue();
    JobStatus leadsNowhere =
        new JobStatus.Restoring(Restoration.of(id(1)).undoneBy(Optional.of(id(2))));
    refused(() -> checkpoints().move(job(), leadsNowhere, List.of(), NOW));
  }

  @Test
  void whatAForgottenUndoLedToCannotBeRestoredOnceItIsSubsumed() {
    completed(1);
    completedNext(2);
    move(new JobStatus.Restoring(Restoration.of(id(1)).undoneBy(Optional.of(id(2)))));
    JobStatus undoing = new JobStatus.Restoring(Restoration.of(id(2)).undoneBy(Optional.of(id(1))));
    move(new JobStatus.Suspending(new Halt.Cancelled(true)));
    move(new JobStatus.Halted(new Halt.Cancelled(true)));
    assertThat(job().undo()).isEmpty();
    assertThat(checkpoints().subsume(complete(2), job().epoch())).isTrue();

    refused(() -> checkpoints().move(job(), undoing, List.of(), NOW));
  }

  @Test
  void whatIsSubsumedCannotBeRestored() {
    completed(1);
    checkpoints().subsume(complete(1), FIRST);

    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
  }

  @Test
  void listsCheckpointsById() {
    create();
    for (int i = 1; i <= 11; i++) {
      checkpoints().begin(pending(i));
      if (i == 2) {
        checkpoints().abort(aborted(2));
      } else if (i < 10) {
        checkpoints().complete(complete(i));
      }
    }
    checkpoints().subsume(complete(1), FIRST);

    assertThat(checkpoints().checkpoints(job))
        .containsExactly(
            new Checkpoint.Subsumed(complete(1)),
            aborted(2),
            complete(3),
            complete(4),
            complete(5),
            complete(6),
            complete(7),
            complete(8),
            complete(9),
            pending(10),
            pending(11));
  }

  @Test
  void aPendingCheckpointKnowsEachOfManySubtasks() {
    create();
    Checkpoint.Pending wide = wide(1, 2_345);
    assertThat(checkpoints().begin(wide)).isTrue();

    assertThat(checkpoints().checkpoint(job, id(1))).contains(wide);
    assertThat(checkpoints().checkpoints(job)).containsExactly(wide);
    assertThat(checkpoints().begin(wide)).isTrue();
    checkpoints()
        .abort(
            new Checkpoint.Aborted(
                wide.trigger(), NOW, Failure.of(FailureReason.EXPIRED, "it took too long")));
    assertThat(checkpoints().checkpoint(job, id(1)).orElseThrow().trigger().expected().count())
        .isEqualTo(2_345);
  }

  @Test
  void checkpointsOfOtherSubtasksHaveOtherLists() {
    create();
    for (int i = 1; i <= 3; i++) {
      Checkpoint.Pending wide = wide(i, 1_000 * i);
      assertThat(checkpoints().begin(wide)).isTrue();
      assertThat(checkpoints().checkpoint(job, id(i))).contains(wide);
    }
    assertThat(checkpoints().checkpoints(job))
        .containsExactly(wide(1, 1_000), wide(2, 2_000), wide(3, 3_000));
  }

  @Test
  void ofBeginsThatExpectOtherSubtasksTheWinnersAreExpected() throws Exception {
    create();

    List<Boolean> outcomes = Race.run(runner -> checkpoints().begin(wide(1, 1_001 + runner)));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().checkpoint(job, id(1)))
        .contains(wide(1, 1_001 + outcomes.indexOf(true)));
  }

  private Checkpoint.Pending wide(long checkpoint, int subtasks) {
    TreeSet<SubtaskId> many = new TreeSet<>();
    for (int i = 0; i < subtasks; i++) {
      many.add(subtask("shardId-" + i));
    }
    return new Checkpoint.Pending(
        new Checkpoint.Triggering(job, id(checkpoint), FIRST, NOW, ExpectedSubtasks.of(many)),
        many);
  }

  @Test
  void theAnswersToAPendingCheckpointAreThoseOfItsSubtasks() {
    create();
    Checkpoint.Pending wide = wide(1, 100);
    List<Acknowledgement> answers = new ArrayList<>();
    for (SubtaskId subtask : wide.subtasks()) {
      Acknowledgement answer =
          new Acknowledgement.Acknowledged(subtask, id(1), Optional.empty(), 0, 0);
      answers.add(answer);
      assertThat(checkpoints().acknowledge(answer)).isTrue();
    }

    assertThat(checkpoints().acknowledgements(wide)).containsExactlyElementsOf(answers);
    assertThat(checkpoints().acknowledgements(job, id(1))).containsExactlyElementsOf(answers);
    assertThat(checkpoints().acknowledgements(wide(2, 100))).isEmpty();
  }

  @Test
  void keepsAnswersBySubtask() {
    Acknowledgement second = acknowledged("shardId-2");
    Acknowledgement first =
        new Acknowledgement.Declined(subtask("shardId-1"), id(1), FailureReason.STORAGE, "no room");
    Acknowledgement empty =
        new Acknowledgement.Acknowledged(subtask("shardId-3"), id(1), Optional.empty(), 0, 0);

    for (Acknowledgement answer : List.of(empty, second, first)) {
      assertThat(checkpoints().acknowledge(answer)).isTrue();
    }
    assertThat(checkpoints().acknowledgements(job, id(1))).containsExactly(first, second, empty);
    assertThat(checkpoints().acknowledgements(job, id(11))).isEmpty();
  }

  @Test
  void keepsWhenAnAnswerWasGivenAndWhatItTook() {
    Acknowledgement.Acknowledged without =
        new Acknowledgement.Acknowledged(subtask("shardId-1"), id(1), Optional.empty(), 0, 0);
    Acknowledgement.Acknowledged with =
        new Acknowledgement.Acknowledged(subtask("shardId-2"), id(1), Optional.empty(), 0, 0)
            .with(
                Acknowledgement.Timing.between(
                    NOW, NOW.plusMillis(40), NOW.plusMillis(1_290).plusNanos(7_000)));
    checkpoints().acknowledge(without);
    checkpoints().acknowledge(with);

    assertThat(checkpoints().acknowledgements(job, id(1))).containsExactly(without, with);
  }

  @Test
  void keepsWhenTheFirstAndTheLastSubtaskHadAnswered() {
    create();
    checkpoints().begin(pending(1));
    Checkpoint.Completed completed =
        new Checkpoint.Completed(
            trigger(1),
            NOW.plusSeconds(2),
            file(),
            700,
            70,
            Optional.of(new Checkpoint.AckTimes(NOW.plusMillis(300), NOW.plusMillis(1_900))));
    assertThat(checkpoints().complete(completed)).isTrue();

    assertThat(checkpoints().checkpoint(job, id(1))).contains(completed);
    assertThat(checkpoints().complete(completed)).as("once more").isTrue();
  }

  @Test
  void theFirstAnswerStays() {
    Acknowledgement answer = acknowledged("shardId-1");
    checkpoints().acknowledge(answer);

    assertThat(checkpoints().acknowledge(answer)).isFalse();
    assertThat(
            checkpoints()
                .acknowledge(
                    new Acknowledgement.Declined(
                        subtask("shardId-1"), id(1), FailureReason.STORAGE, "late")))
        .isFalse();
    assertThat(checkpoints().acknowledgements(job, id(1))).containsExactly(answer);
  }

  @Test
  void ofRacingAnswersExactlyOneIsKept() throws Exception {
    List<Boolean> outcomes =
        Race.run(
            runner ->
                checkpoints()
                    .acknowledge(
                        new Acknowledgement.Declined(
                            subtask("shardId-1"),
                            id(1),
                            FailureReason.STORAGE,
                            "reason " + runner)));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().acknowledgements(job, id(1)))
        .containsExactly(
            new Acknowledgement.Declined(
                subtask("shardId-1"),
                id(1),
                FailureReason.STORAGE,
                "reason " + outcomes.indexOf(true)));
  }

  @Test
  void asksForARestoreAsItWasTyped() {
    assertThat(checkpoints().request(job, Request.restore("1"))).isFalse();
    assertThat(checkpoints().job(job)).isEmpty();
    create();

    assertThat(checkpoints().request(job, Request.restore("one"))).isTrue();
    assertThat(job().restoreCheckpointId()).contains("one");
    assertThat(checkpoints().request(job, Request.restore("2"))).isTrue();
    assertThat(job().restoreCheckpointId()).contains("2");
  }

  @Test
  void asksWhereNothingWaits() {
    create();
    Job seen = job();

    assertThat(checkpoints().request(seen, Request.command("resume"))).isTrue();
    assertThat(job().command()).contains("resume");
    assertThat(checkpoints().request(seen, Request.command("resume")))
        .as("repeated, since the first answer was lost")
        .isTrue();
    assertThat(checkpoints().request(seen, Request.restore("1")))
        .as("it has a place of its own")
        .isTrue();
  }

  @Test
  void asksOverNothingThatWasNotSeen() {
    create();
    Job seen = job();
    checkpoints().request(job, Request.command("savepoint theirs"));

    refused(() -> checkpoints().request(seen, Request.command("savepoint mine")));
    assertThat(job().command()).contains("savepoint theirs");
    assertThat(checkpoints().request(job(), Request.command("savepoint mine"))).isTrue();
    assertThat(job().command()).contains("savepoint mine");
    refused(() -> checkpoints().request(seen, Request.command("savepoint late")));
  }

  @Test
  void asksOverANumberThatWasSeenWhereItWasTyped() {
    create();
    checkpoints().request(job, Request.restore("7"));
    Job seen = job();

    assertThat(checkpoints().request(seen, Request.restore("8"))).isTrue();
    refused(() -> checkpoints().request(seen, Request.restore("9")));
    assertThat(job().restoreCheckpointId()).contains("8");
  }

  @Test
  void asksNothingOfAJobThatIsNotThere() {
    Job none = Job.create(job, CheckpointSettings.DEFAULTS);

    assertThat(checkpoints().request(none, Request.command("resume"))).isFalse();
    assertThat(checkpoints().job(job)).isEmpty();
  }

  @Test
  void beginsARestoreInOneStep() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().request(job, Request.restore("1"));
    Job seen = job();

    assertThat(restore(seen, id(1), Optional.of(pending(2)), NOW)).isTrue();
    Job restoring = job();
    assertThat(restoring.status()).isEqualTo(new JobStatus.Restoring(Restoration.of(id(1))));
    assertThat(restoring.epoch()).isEqualTo(new Epoch(2));
    assertThat(restoring.restoreCheckpointId()).isEmpty();
    assertThat(restoring.next()).isEqualTo(seen.next());
    assertThat(restoring.latest()).isEqualTo(seen.latest());
    assertThat(restoring.settings()).isEqualTo(seen.settings());
    assertThat(checkpoints().checkpoint(job, id(2)))
        .contains(new JobStatus.Restoring(Restoration.of(id(1))).abort(pending(2), NOW));
  }

  @Test
  void keepsARequestThatChangedMeanwhile() {
    completed(1);
    checkpoints().request(job, Request.restore("1"));
    Job seen = job();
    checkpoints().request(job, Request.restore("7"));

    assertThat(restore(seen, id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().epoch()).isEqualTo(new Epoch(2));
    assertThat(job().restoreCheckpointId()).contains("7");
  }

  @Test
  void keepsARequestThatAppearedMeanwhile() {
    completed(1);
    Job seen = job();
    checkpoints().request(job, Request.restore("7"));

    assertThat(restore(seen, id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().restoreCheckpointId()).contains("7");
  }

  @Test
  void beginsARestoreWhoseRequestWasWithdrawn() {
    completed(1);
    checkpoints().request(job, Request.restore("1"));
    Job seen = job();
    checkpoints().refuse(seen, "not now", NOW);

    assertThat(restore(seen, id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().restoreCheckpointId()).isEmpty();
    assertThat(job().epoch()).isEqualTo(new Epoch(2));
  }

  @Test
  void restoresOnlyWhatIsCompleted() {
    create();
    checkpoints().request(job, Request.restore("1"));
    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
    checkpoints().begin(pending(1));
    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
    refused(() -> restore(job(), id(1), Optional.of(pending(1)), NOW));
    checkpoints().abort(aborted(1));
    refused(() -> restore(job(), id(1), Optional.empty(), NOW));
  }

  @Test
  void doesNotRestoreOverWhatCompletedMeanwhile() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().request(job, Request.restore("1"));
    Job seen = job();
    checkpoints().complete(complete(2));

    refused(() -> restore(seen, id(1), Optional.of(pending(2)), NOW));
  }

  @Test
  void restoresOnlyInTheEpochThatWasSeen() {
    completed(1);
    Job seen = job();
    restore(seen, id(1), Optional.empty(), NOW);

    refused(() -> restore(seen, id(1), Optional.empty(), NOW));
  }

  @Test
  void aRestoreSupersedesOneThatIsNotOver() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().complete(complete(2));
    restore(job(), id(1), Optional.empty(), NOW);

    assertThat(restore(job(), id(2), Optional.empty(), NOW)).isTrue();
    assertThat(job().status()).isEqualTo(new JobStatus.Restoring(Restoration.of(id(2))));
    assertThat(job().epoch()).isEqualTo(new Epoch(3));
  }

  @Test
  void ofRacingRestoresExactlyOneBegins() throws Exception {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().request(job, Request.restore("1"));
    Job seen = job();

    List<Boolean> outcomes =
        Race.run(runner -> restore(seen, id(1), Optional.of(pending(2)), NOW.plusMillis(runner)));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(job().epoch()).isEqualTo(new Epoch(2));
  }

  @Test
  void aRefusalLeavesTheReasonAndTakesTheRequestAway() {
    Job before = create();
    checkpoints().request(job, Request.restore("four"));
    Job seen = job();

    assertThat(checkpoints().refuse(seen, "\"four\" is not a number", NOW)).isTrue();
    assertThat(job().restoreCheckpointId()).isEmpty();
    assertThat(job().refusal())
        .contains(new Job.Refusal("restore four", "\"four\" is not a number", NOW));
    assertThat(job().epoch()).isEqualTo(before.epoch());
    assertThat(job().status()).isEqualTo(before.status());
    assertThat(checkpoints().refuse(seen, "\"four\" is not a number", NOW)).isTrue();
    refused(() -> checkpoints().refuse(seen, "another reason", NOW));
  }

  @Test
  void aRestoreThatCannotGoOnLeavesItsReasonUntilTheNextOneBegins() {
    completed(1);
    assertThat(restore(job(), id(1), Optional.empty(), NOW)).isTrue();
    Job restoring = job();

    Job.Refusal gone = new Job.Refusal("restore 1", "a file is gone", NOW);
    assertThat(checkpoints().explain(restoring, gone)).isTrue();
    assertThat(job().refusal()).contains(gone);
    assertThat(job().status()).isEqualTo(restoring.status());
    checkpoints().request(job, Request.restore("1"));
    refused(() -> checkpoints().explain(restoring, gone));

    assertThat(restore(job(), id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().refusal()).isEmpty();
    refused(() -> checkpoints().explain(restoring, gone));
  }

  @Test
  void aRequestIsServedOnceAndOnlyAsItWasSeen() {
    create();
    checkpoints().request(job, Request.command("savepoint a"));
    Job seen = job();
    checkpoints().request(job, Request.command("savepoint b"));

    refused(() -> checkpoints().serve(seen));
    refused(() -> checkpoints().begin(pending(1), seen.request()));
    assertThat(checkpoints().begin(pending(1), job().request())).isTrue();
    assertThat(job().request()).isEmpty();
    refused(() -> checkpoints().serve(job()));
  }

  @Test
  void aRestoreIsServedBeforeACommand() {
    create();
    checkpoints().request(job, Request.command("resume"));
    checkpoints().request(job, Request.restore("4"));

    assertThat(job().request()).contains(Request.restore("4"));
    assertThat(checkpoints().serve(job())).isTrue();
    assertThat(job().request()).contains(Request.command("resume"));
    assertThat(checkpoints().serve(job())).isTrue();
    assertThat(job().request()).isEmpty();
  }

  @Test
  void keepsEveryStatus() {
    create();
    FileRef metadata = file();
    Failure failure = Failure.of(FailureReason.USER_CODE, subtask("shardId-1"), "it threw");
    List<JobStatus> way =
        List.of(
            new JobStatus.Suspending(new Halt.Cancelled(true)),
            new JobStatus.Halted(new Halt.Cancelled(true)),
            new JobStatus.Halted(
                new Halt.Stopping(Optional.of(new SavepointName("before-upgrade")))),
            new JobStatus.Halted(new Halt.Stopped(id(4))),
            new JobStatus.Resuming(),
            new JobStatus.Running(),
            new JobStatus.Suspending(new Halt.Stopping(Optional.empty())),
            new JobStatus.Halted(new Halt.Stopping(Optional.empty())),
            new JobStatus.Suspending(new Halt.Failed(failure)),
            new JobStatus.Halted(new Halt.Failed(failure)),
            new JobStatus.Restoring(
                new Restoration(
                    new Restoration.Source.Metadata(metadata),
                    ClaimMode.CLAIM,
                    new Restoration.Positions.Anew(new StartPosition.TrimHorizon()),
                    true)),
            new JobStatus.Restoring(
                new Restoration(
                    new Restoration.Source.Metadata(metadata),
                    ClaimMode.NO_CLAIM,
                    new Restoration.Positions.Anew(new StartPosition.AtTimestamp(NOW)),
                    false)),
            new JobStatus.Restoring(Restoration.ofNothing()),
            new JobStatus.Replaying(Restoration.ofNothing()),
            new JobStatus.Restoring(Restoration.ofNothing().dropping(List.of("b", "a"))),
            new JobStatus.Replaying(Restoration.ofNothing().dropping(List.of("b", "a"))));

    for (JobStatus to : way) {
      Job before = job();
      assertThat(checkpoints().move(before, to, List.of(), NOW)).as("%s", to).isTrue();
      assertThat(job().status()).isEqualTo(to);
      assertThat(job().epoch())
          .isEqualTo(to.raisesEpoch() ? before.epoch().next() : before.epoch());
      refused(() -> checkpoints().move(before, to, List.of(), NOW));
    }
  }

  @Test
  void takesCheckpointsOnlyWhileItRunsOrStops() {
    create();
    move(new JobStatus.Suspending(new Halt.Stopping(Optional.empty())));
    Checkpoint.Pending first = pending(trigger(1, new Epoch(2), NOW));
    refused(() -> checkpoints().begin(first));

    move(new JobStatus.Halted(new Halt.Stopping(Optional.empty())));
    assertThat(checkpoints().begin(first)).isTrue();

    move(new JobStatus.Halted(new Halt.Stopped(id(1))));
    refused(() -> checkpoints().begin(pending(trigger(2, new Epoch(2), NOW))));
  }

  @Test
  void aFullCheckpointIsReadAsItWasTriggered() {
    create();
    Checkpoint.Triggering full =
        new Checkpoint.Triggering(
            job,
            id(1),
            FIRST,
            NOW,
            trigger(1).expected(),
            Optional.empty(),
            true,
            Checkpoint.Triggering.SCHEDULE,
            FormatVersion.OLDEST,
            Optional.empty());

    assertThat(checkpoints().begin(pending(full))).isTrue();

    assertThat(checkpoints().checkpoint(job, id(1)).orElseThrow().trigger()).isEqualTo(full);
  }

  @Test
  void aCheckpointKeepsItsParentUntilItIsOver() {
    create();
    Checkpoint.Triggering child = child(1, Optional.of(id(5)));

    assertThat(checkpoints().begin(pending(child))).isTrue();
    assertThat(checkpoints().checkpoint(job, id(1)).orElseThrow().trigger()).isEqualTo(child);
    assertThat(checkpoints().complete(complete(child, NOW))).isTrue();
    assertThat(checkpoints().subsume(complete(child, NOW), FIRST)).isTrue();
    assertThat(checkpoints().checkpoint(job, id(1)).orElseThrow().trigger()).isEqualTo(child);

    Checkpoint.Triggering second = child(2, Optional.of(id(1)));
    assertThat(checkpoints().begin(pending(second))).isTrue();
    assertThat(checkpoints().abort(aborted(second))).isTrue();
    assertThat(checkpoints().checkpoint(job, id(2)).orElseThrow().trigger()).isEqualTo(second);
  }

  @Test
  void theStateContinuesWhatWasCompletedOrRestoredLast() {
    create();
    assertThat(job().current()).isEmpty();

    completedIn(FormatVersion.TWO, 1);
    completedIn(FormatVersion.TWO, 2);
    assertThat(job().current()).contains(id(2));

    move(new JobStatus.Restoring(Restoration.of(id(1))));
    assertThat(job().current()).contains(id(1));
    assertThat(job().latest()).contains(id(2));
    move(new JobStatus.Replaying(Restoration.of(id(1))));
    assertThat(job().current()).contains(id(1));

    move(new JobStatus.Restoring(Restoration.ofNothing()));
    assertThat(job().current()).isEmpty();
  }

  @Test
  void aSavepointIsNotWhatTheStateContinues() {
    create();
    completedIn(FormatVersion.TWO, 1);
    Checkpoint.Triggering trigger = child(2, Optional.of(id(1)));
    Checkpoint.Triggering savepoint =
        new Checkpoint.Triggering(
            job,
            id(2),
            FIRST,
            NOW,
            trigger.expected(),
            Optional.of(
                new Checkpoint.Savepoint(Optional.empty(), FilePath.of("savepoints", "two"))),
            false,
            "savepoint",
            FormatVersion.TWO,
            trigger.parent());

    assertThat(checkpoints().begin(pending(savepoint))).isTrue();
    assertThat(checkpoints().complete(complete(savepoint, NOW))).isTrue();
    assertThat(job().current()).contains(id(1));
  }

  /** An earlier release does not maintain it, so it must not be there where one may take over. */
  @Test
  void formatOneDoesNotSayWhatTheStateContinues() {
    createIn(FormatVersion.ONE);
    completedIn(FormatVersion.ONE, 1);
    move(new JobStatus.Restoring(Restoration.of(id(1))));

    assertThat(job().current()).isEmpty();
  }

  @Test
  void anUpgradeRaisesTheFormatAndRemovesItsRequest() {
    Job before = createIn(FormatVersion.ONE);
    checkpoints().request(job, Request.command("upgrade"));
    Job seen = job();

    assertThat(checkpoints().upgrade(seen, FormatVersion.TWO)).isTrue();

    assertThat(job()).isEqualTo(before.in(FormatVersion.TWO));
    refused(() -> checkpoints().upgrade(seen, FormatVersion.TWO));
  }

  @Test
  void anUpgradeWhoseRequestWasWithdrawnChangesNothing() {
    createIn(FormatVersion.ONE);
    checkpoints().request(job, Request.command("upgrade"));
    Job seen = job();
    checkpoints().request(job, Request.command("checkpoint"));

    refused(() -> checkpoints().upgrade(seen, FormatVersion.TWO));
    refused(() -> checkpoints().upgrade(seen.withoutRequests(), FormatVersion.TWO));
  }

  private Job createIn(FormatVersion format) {
    Job created = Job.create(job, CheckpointSettings.DEFAULTS, format);
    assertThat(checkpoints().create(created)).isTrue();
    return created;
  }

  private void completedIn(FormatVersion format, long checkpoint) {
    Checkpoint.Triggering trigger =
        format == FormatVersion.OLDEST ? trigger(checkpoint) : child(checkpoint, job().current());
    assertThat(checkpoints().begin(pending(trigger))).isTrue();
    assertThat(checkpoints().complete(complete(trigger, NOW))).isTrue();
  }

  private Checkpoint.Triggering child(long checkpoint, Optional<CheckpointId> parent) {
    return new Checkpoint.Triggering(
        job,
        id(checkpoint),
        FIRST,
        NOW,
        trigger(checkpoint).expected(),
        Optional.empty(),
        false,
        Checkpoint.Triggering.SCHEDULE,
        FormatVersion.TWO,
        parent);
  }

  @Test
  void aSavepointLeavesTheLatestAlone() {
    completed(1);
    Checkpoint.Triggering savepoint =
        new Checkpoint.Triggering(
            job,
            id(2),
            FIRST,
            NOW,
            trigger(2).expected(),
            Optional.of(
                new Checkpoint.Savepoint(
                    Optional.of(new SavepointName("before-upgrade")),
                    FilePath.of("savepoints", "savepoint-2"))),
            "savepoint before-upgrade");

    assertThat(checkpoints().begin(pending(savepoint))).isTrue();
    assertThat(checkpoints().complete(complete(savepoint, NOW))).isTrue();
    assertThat(checkpoints().checkpoint(job, id(2))).contains(complete(savepoint, NOW));
    assertThat(job().latest()).contains(id(1));
  }

  @Test
  void aHaltAbortsEveryPendingCheckpoint() {
    create();
    checkpoints().begin(pending(1));
    checkpoints().begin(pending(2));
    JobStatus halts = new JobStatus.Suspending(new Halt.Cancelled(false));

    assertThat(checkpoints().move(job(), halts, List.of(pending(1), pending(2)), NOW)).isTrue();
    assertThat(checkpoints().checkpoints(job))
        .containsExactly(halts.abort(pending(1), NOW), halts.abort(pending(2), NOW));
  }

  @Test
  void doesNotRefuseARequestThatItHasNotSeen() {
    Job withoutRequest = create();
    checkpoints().request(job, Request.restore("4"));
    Job seen = job();
    refused(() -> checkpoints().refuse(withoutRequest, "nothing was asked", NOW));
    checkpoints().request(job, Request.restore("5"));

    refused(() -> checkpoints().refuse(seen, "there is no checkpoint 4", NOW));
  }

  @Test
  void aRestoreGoesFromRestoringOverReplayingToRunning() {
    completed(1);
    Epoch second = new Epoch(2);
    refused(() -> replay(FIRST));
    refused(() -> finishReplay(FIRST));
    restore(job(), id(1), Optional.empty(), NOW);

    refused(() -> finishReplay(second));
    refused(() -> replay(FIRST));
    assertThat(replay(second)).isTrue();
    assertThat(job().status()).isEqualTo(new JobStatus.Replaying(Restoration.of(id(1))));
    refused(() -> replay(second));
    refused(() -> finishReplay(FIRST));
    assertThat(finishReplay(second)).isTrue();
    assertThat(job().status()).isEqualTo(new JobStatus.Running());
    refused(() -> finishReplay(second));
  }

  @Test
  void goesOnCountingAfterARestore() {
    completed(1);
    checkpoints().begin(pending(2));
    checkpoints().complete(complete(2));
    restore(job(), id(1), Optional.empty(), NOW);
    replay(new Epoch(2));
    Checkpoint.Triggering third = trigger(3, new Epoch(2), NOW);

    assertThat(checkpoints().begin(pending(third))).isTrue();
    assertThat(checkpoints().complete(complete(third, NOW))).isTrue();
    assertThat(checkpoints().checkpoints(job)).contains(complete(1), complete(2));
    assertThat(job().latest()).contains(id(3));
  }

  private boolean restore(
      Job seen, CheckpointId from, Optional<Checkpoint.Pending> pending, Instant now) {
    return checkpoints()
        .move(seen, new JobStatus.Restoring(Restoration.of(from)), pending.stream().toList(), now);
  }

  /** As a coordinator that has seen the job in this epoch. */
  private boolean replay(Epoch epoch) {
    return move(
        new JobStatus.Restoring(Restoration.of(id(1))),
        epoch,
        new JobStatus.Replaying(Restoration.of(id(1))));
  }

  private boolean finishReplay(Epoch epoch) {
    return move(new JobStatus.Replaying(Restoration.of(id(1))), epoch, new JobStatus.Running());
  }

  private void move(JobStatus to) {
    assertThat(checkpoints().move(job(), to, List.of(), NOW)).isTrue();
  }

  private void completedNext(long checkpoint) {
    assertThat(checkpoints().begin(pending(checkpoint))).isTrue();
    assertThat(checkpoints().complete(complete(checkpoint))).isTrue();
  }

  private boolean move(JobStatus seen, Epoch epoch, JobStatus to) {
    Job now = job();
    Job then =
        new Job(
            now.id(),
            seen,
            epoch,
            now.next(),
            now.latest(),
            now.undo(),
            now.settings(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return checkpoints().move(then, to, List.of(), NOW);
  }

  private interface Attempt {
    boolean make();
  }

  /** A condition that does not hold changes nothing at all. */
  private void refused(Attempt attempt) {
    Optional<Job> job = checkpoints().job(this.job);
    List<Checkpoint> checkpoints = checkpoints().checkpoints(this.job);

    assertThat(attempt.make()).isFalse();
    assertThat(checkpoints().job(this.job)).isEqualTo(job);
    assertThat(checkpoints().checkpoints(this.job)).isEqualTo(checkpoints);
  }

  private Job create() {
    Job created = Job.create(job, CheckpointSettings.DEFAULTS);
    assertThat(checkpoints().create(created)).isTrue();
    return created;
  }

  private void completed(long checkpoint) {
    create();
    assertThat(checkpoints().begin(pending(checkpoint))).isTrue();
    assertThat(checkpoints().complete(complete(checkpoint))).isTrue();
  }

  private Job job() {
    return checkpoints().job(job).orElseThrow();
  }

  private Checkpoint.Pending pending(long checkpoint) {
    return pending(trigger(checkpoint));
  }

  private Checkpoint.Pending pending(Checkpoint.Triggering trigger) {
    return new Checkpoint.Pending(trigger, subtasks());
  }

  private TreeSet<SubtaskId> subtasks() {
    return new TreeSet<>(List.of(subtask("shardId-1"), subtask("shardId-2")));
  }

  private Checkpoint.Completed complete(long checkpoint) {
    return complete(checkpoint, NOW.plusSeconds(2));
  }

  private Checkpoint.Completed complete(long checkpoint, Instant at) {
    return complete(trigger(checkpoint), at);
  }

  private static Checkpoint.Completed complete(Checkpoint.Triggering trigger, Instant at) {
    return new Checkpoint.Completed(trigger, at, file(), 700, 70);
  }

  private static Checkpoint.Aborted aborted(Checkpoint.Triggering trigger) {
    return new Checkpoint.Aborted(
        trigger, NOW, Failure.of(FailureReason.EXPIRED, "no subtask acknowledged in time"));
  }

  private Checkpoint.Aborted aborted(long checkpoint) {
    return new Checkpoint.Aborted(
        trigger(checkpoint),
        NOW.plusSeconds(1),
        Failure.of(FailureReason.EXPIRED, "it took too long"));
  }

  private Checkpoint.Triggering trigger(long checkpoint) {
    return trigger(checkpoint, FIRST, NOW);
  }

  private Checkpoint.Triggering trigger(long checkpoint, Epoch epoch, Instant at) {
    return new Checkpoint.Triggering(
        job, id(checkpoint), epoch, at, ExpectedSubtasks.of(subtasks()));
  }

  private Acknowledgement acknowledged(String shard) {
    return new Acknowledgement.Acknowledged(subtask(shard), id(1), Optional.of(file()), 300, 20);
  }

  private static FileRef file() {
    byte[] bytes = {4, 5, 6};
    return new FileRef(FilePath.of("job", "chk-1", "_metadata"), bytes.length, Sha256.of(bytes));
  }

  private static CheckpointId id(long checkpoint) {
    return new CheckpointId(checkpoint);
  }

  private SubtaskId subtask(String shard) {
    return new SubtaskId(job, new StageId("delays"), new ShardId(shard));
  }

  private static Entry.Opened opened() {
    Entry.Header header =
        Entry.Header.first(new EntryId("first"), FIRST, Entry.Writer.COORDINATOR, NOW);
    return new Entry.Opened(header, new Origin(new StartPosition.TrimHorizon(), HashRange.ALL));
  }
}
