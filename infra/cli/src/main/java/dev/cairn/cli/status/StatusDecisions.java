package dev.cairn.cli.status;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.Failure;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.status.Finding.Kind;
import dev.cairn.damage.Damage;
import dev.cairn.id.ShardId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Isolation;
import dev.cairn.settings.FlinkDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Derives the problems of a pipeline, and what to do about them, from its facts: a pure function.
 */
public final class StatusDecisions {
  /**
   * The coordinator ticks each minute: what it does is done by the second tick, or something is
   * wrong.
   */
  private static final Duration TWO_TICKS = Duration.ofMinutes(2);

  /** Longer than an invocation with its retries takes as a rule. */
  private static final Duration SILENCE = Duration.ofMinutes(5);

  private static final int INTERVALS_WITHOUT = 3;
  private static final int ABORTED_BY_CHANCE = 1;

  private StatusDecisions() {}

  /** Returns the findings, in the order of {@link Kind}. */
  public static List<Finding> findings(PipelineFacts facts) {
    if (facts.job().isEmpty()) {
      return List.of(noJob(facts));
    }
    Job job = facts.job().get();
    List<Finding> findings = new ArrayList<>();
    jobFailed(job).ifPresent(findings::add);
    ReshardFindings resharding = new ReshardFindings(facts, job);
    findings.addAll(resharding.all());
    facts.subtasks().stream()
        .filter(subtask -> !resharding.explainsFailure(subtask.id().shard()))
        .forEach(subtask -> failing(facts, subtask).ifPresent(findings::add));
    facts.subtasks().forEach(subtask -> suspected(facts, subtask).ifPresent(findings::add));
    streamUnreadable(facts).ifPresent(findings::add);
    restoreStandsStill(facts, job).ifPresent(findings::add);
    forkNotDeployed(facts, job).ifPresent(findings::add);
    facts.subtasks().stream()
        .filter(subtask -> !resharding.explains(subtask.id().shard()))
        .forEach(subtask -> ofSubtask(facts, subtask).ifPresent(findings::add));
    findings.addAll(shardsWithoutJournal(facts, resharding));
    findings.addAll(lagNearRetention(facts));
    MemoryDecisions.stateNearHeap(facts).ifPresent(findings::add);
    MemoryDecisions.longJournal(facts).ifPresent(findings::add);
    damagedFiles(facts).ifPresent(findings::add);
    ofCheckpoints(facts, job).ifPresent(findings::add);
    halted(facts, job).ifPresent(findings::add);
    request(job).ifPresent(findings::add);
    refusal(job).ifPresent(findings::add);
    deadLetters(facts).ifPresent(findings::add);
    checkpointingOff(job).ifPresent(findings::add);
    findings.sort(Comparator.comparing(Finding::kind));
    return List.copyOf(findings);
  }

  private static Finding noJob(PipelineFacts facts) {
    return new Finding(
        Kind.NO_JOB,
        "job "
            + facts.id()
            + " has no item in the table: its coordinator has not run yet, or the job has"
            + " another name",
        "check --job; if it is right and was deployed more than two minutes ago, check that"
            + " the coordinator's EventBridge rule is enabled, and read the coordinator's log");
  }

  private static Optional<Finding> jobFailed(Job job) {
    if (!(job.status() instanceof JobStatus.Halted(Halt.Failed(Failure failure)))) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            Kind.JOB_FAILED,
            "the job has failed, and applies nothing: " + failure,
            failure.reason().advice() + "; then cairn resume"));
  }

  /** Finds shards whose attempts keep failing. */
  private static Optional<Finding> failing(PipelineFacts facts, SubtaskFacts subtask) {
    return subtask
        .head()
        .failing()
        .map(
            failing ->
                new Finding(
                    Kind.SHARD_FAILING,
                    subtask.id().name()
                        + " has failed "
                        + (failing.failures().attempts() == 1
                            ? "once"
                            : failing.failures().attempts() + " times in a row")
                        + ", last "
                        + age(facts, failing.failures().lastAt())
                        + " ago, because "
                        + failing.reason()
                        + ": "
                        + failing.message()
                        + (failing.hasGivenUp()
                            ? "; it is not tried again"
                            : "; the next attempt is at "
                                + Sizes.time(failing.failures().notBefore())),
                    failing.reason().advice()));
  }

  /** Finds shards whose invocations do not return. */
  private static Optional<Finding> suspected(PipelineFacts facts, SubtaskFacts subtask) {
    Entry.Header head = subtask.head();
    if (head.isolation().isEmpty() || head.failing().isPresent()) {
      return Optional.empty();
    }
    String how =
        switch (head.isolation().get()) {
          case Isolation.Suspicion s -> "no task has looked for the record yet";
          case Isolation.Steps(int records) ->
              "the next step applies at most " + records + " records";
          case Isolation.Begun(int records, Instant until) ->
              records == 1
                  ? "the next record is tried alone"
                  : "a step of " + records + " records was begun";
        };
    return Optional.of(
        new Finding(
            Kind.SHARD_SUSPECTED,
            subtask.id().name()
                + " looks for a record that ends the process which applies it, since invocations"
                + " did not come back; "
                + how
                + ", as of "
                + age(facts, head.writtenAt())
                + " ago",
            "see the task's log for time-outs and for the end of its process; if it goes on, raise"
                + " the function's time-out or memory. The record is found within a few"
                + " invocations"));
  }

  private static Optional<Finding> streamUnreadable(PipelineFacts facts) {
    return facts.stream() instanceof StreamFacts.Unreadable unreadable
        ? Optional.of(
            new Finding(
                Kind.STREAM_UNREADABLE,
                "stream "
                    + unreadable.name()
                    + " cannot be read, so no lag is known: "
                    + unreadable.why(),
                "if only this command fails, check your credentials and --stream; if the"
                    + " task's log shows the same error, check the stream and the task's role"))
        : Optional.empty();
  }

  private static Optional<Finding> restoreStandsStill(PipelineFacts facts, Job job) {
    if (!(job.status() instanceof JobStatus.Restoring restoring) || isFork(facts, restoring)) {
      return Optional.empty();
    }
    List<Entry.Header> there =
        facts.subtasks().stream()
            .map(SubtaskFacts::head)
            .filter(head -> head.epoch().equals(job.epoch()))
            .toList();
    Optional<Instant> first =
        there.stream().map(Entry.Header::writtenAt).min(Comparator.naturalOrder());
    boolean isYoung = first.map(began -> isWithin(facts, began, TWO_TICKS)).orElse(false);
    if (isYoung) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            Kind.RESTORE_STANDS_STILL,
            "the restore of "
                + restoring.from().name()
                + " is not done: "
                + there.size()
                + " of "
                + facts.subtasks().size()
                + " journals have epoch "
                + job.epoch()
                + first.map(began -> ", the first of them since " + age(facts, began)).orElse(""),
            "look again in a minute; if nothing moved, check that the coordinator's rule is"
                + " enabled, and read its log: any running coordinator completes the restore"));
  }

  /** Whether the job is a fork of which nothing has run yet. */
  private static boolean isFork(PipelineFacts facts, JobStatus.Restoring restoring) {
    return restoring.from().claimMode() == ClaimMode.SHARED && facts.subtasks().isEmpty();
  }

  private static Optional<Finding> forkNotDeployed(PipelineFacts facts, Job job) {
    return job.status() instanceof JobStatus.Restoring restoring && isFork(facts, restoring)
        ? Optional.of(
            new Finding(
                Kind.FORK_NOT_DEPLOYED,
                "the job is a fork that begins from "
                    + restoring.from().name()
                    + ", and no coordinator of it has run yet",
                "deploy it as a fork, on the table, the bucket and the stream of its parent"
                    + " job; or release its files with: cairn fork --release "
                    + job.id()))
        : Optional.empty();
  }

  private static Optional<Finding> ofSubtask(PipelineFacts facts, SubtaskFacts subtask) {
    Entry.Header head = subtask.head();
    Optional<Instant> worked = subtask.lastWork();
    Duration patience = head.hasGap() ? TWO_TICKS : SILENCE;
    if (worked.filter(at -> isWithin(facts, at, patience)).isPresent()) {
      return Optional.empty();
    }
    String silence =
        worked
            .map(at -> "the last entry by a task is of " + age(facts, at) + " ago")
            .orElse("no task has written since its last base");
    if (head.hasGap()) {
      return Optional.of(
          new Finding(
              Kind.GAP_STANDS_OPEN,
              subtask.id().name()
                  + " has a gap that does not close: it is at "
                  + head.position()
                  + ", was once at "
                  + head.frontier()
                  + ", and "
                  + silence,
              "read the task's log for this shard: a replay stops at a record on which the"
                  + " function fails, or at a record that has expired; for an expired record,"
                  + " restore a later checkpoint"));
    }
    if (facts.stream().lag(subtask.id().shard()) instanceof Lag.Behind behind
        && behind.age().compareTo(SILENCE) > 0) {
      return Optional.of(
          new Finding(
              Kind.SHARD_STANDS_STILL,
              subtask.id().name()
                  + " stands still: records wait for "
                  + Sizes.age(behind.age())
                  + ", and "
                  + silence,
              "read the task's log for this shard (usually a poison record under FAIL), and"
                  + " check that the event source mapping is enabled"));
    }
    return Optional.empty();
  }

  private static List<Finding> shardsWithoutJournal(
      PipelineFacts facts, ReshardFindings resharding) {
    if (!(facts.stream() instanceof StreamFacts.Listed listed)) {
      return List.of();
    }
    Set<ShardId> opened =
        facts.subtasks().stream().map(subtask -> subtask.id().shard()).collect(Collectors.toSet());
    return listed.shards().stream()
        .filter(shard -> !opened.contains(shard.id()))
        .filter(shard -> !resharding.explains(shard.id()))
        .filter(
            shard ->
                listed.lag(shard.id()) instanceof Lag.Behind behind
                    && behind.age().compareTo(TWO_TICKS) > 0)
        .map(
            shard ->
                new Finding(
                    Kind.SHARD_WITHOUT_JOURNAL,
                    "shard " + shard.id() + " has records and no journal: no task has opened it",
                    "check that the event source mapping is enabled and reads stream "
                        + listed.name()
                        + ", and read the task's log"
                        + (shard.parents().isEmpty()
                            ? ""
                            : "; it came from a split or a merge, so its parent shards must"
                                + " be drained first")))
        .toList();
  }

  private static List<Finding> lagNearRetention(PipelineFacts facts) {
    if (!(facts.stream() instanceof StreamFacts.Listed listed)) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    for (var shard : listed.shards()) {
      if (listed.lag(shard.id()) instanceof Lag.Behind behind
          && behind.age().multipliedBy(2).compareTo(listed.retention()) > 0) {
        findings.add(
            new Finding(
                Kind.LAG_NEAR_RETENTION,
                shard.id()
                    + " is "
                    + Sizes.age(behind.age())
                    + " behind, and the stream keeps records for "
                    + Sizes.age(listed.retention())
                    + ": records that expire unread are lost",
                "increase the retention now (aws kinesis increase-stream-retention-period"
                    + " --stream-name "
                    + listed.name()
                    + "), then find out why the shard is slow"));
      }
    }
    return findings;
  }

  /** Returns the first of these findings; later ones would repeat it. */
  private static Optional<Finding> ofCheckpoints(PipelineFacts facts, Job job) {
    return overdue(facts, job).or(() -> aborted(facts)).or(() -> noneRecently(facts, job));
  }

  private static Optional<Finding> overdue(PipelineFacts facts, Job job) {
    return facts
        .pending()
        .filter(
            pending ->
                !isWithin(
                    facts,
                    pending.trigger().triggeredAt(),
                    job.settings().timeout().plus(TWO_TICKS)))
        .map(
            pending ->
                new Finding(
                    Kind.CHECKPOINT_OVERDUE,
                    "checkpoint "
                        + pending.id()
                        + " is pending for "
                        + age(facts, pending.trigger().triggeredAt())
                        + ", and should have been aborted after "
                        + FlinkDuration.print(job.settings().timeout()),
                    "the coordinator does not run: check that its EventBridge rule is"
                        + " enabled, and read its log"));
  }

  private static Optional<Finding> aborted(PipelineFacts facts) {
    List<Checkpoint.Aborted> aborted = facts.abortedInARow();
    return aborted.size() <= ABORTED_BY_CHANCE
        ? Optional.empty()
        : Optional.of(
            new Finding(
                Kind.CHECKPOINTS_ABORTED,
                aborted.size()
                    + " checkpoints in a row were aborted, the last of them, "
                    + aborted.getFirst().id()
                    + ", because "
                    + aborted.getFirst().failure(),
                "see docs/operations.md, \"Checkpoints do not complete\", for this reason"));
  }

  private static Optional<Finding> noneRecently(PipelineFacts facts, Job job) {
    Optional<Duration> interval = job.settings().interval();
    Optional<Instant> news = facts.newSince();
    if (interval.isEmpty() || news.isEmpty() || !job.status().isRunning()) {
      return Optional.empty();
    }
    Optional<Instant> completed = facts.lastCompleted().map(Checkpoint.Completed::completedAt);
    Instant since = completed.filter(at -> at.isAfter(news.get())).orElse(news.get());
    Duration patience = interval.get().multipliedBy(INTERVALS_WITHOUT);
    if (isWithin(facts, since, patience)) {
      return Optional.empty();
    }
    String last =
        facts
            .lastCompleted()
            .map(
                checkpoint ->
                    "the last one, "
                        + checkpoint.id()
                        + ", was completed "
                        + age(facts, checkpoint.completedAt())
                        + " ago")
            .orElse("no checkpoint was ever completed");
    return Optional.of(
        new Finding(
            Kind.NO_RECENT_CHECKPOINT,
            "records applied "
                + age(facts, news.get())
                + " ago are in no checkpoint yet, with one due each "
                + FlinkDuration.print(interval.get())
                + "; "
                + last,
            facts
                .pending()
                .map(
                    pending ->
                        "checkpoint "
                            + pending.id()
                            + " waits for "
                            + firstFew(facts.missingAcks(pending))
                            + ": read that shard's log")
                .orElse(
                    "check that the coordinator's EventBridge rule is enabled, and read its log")));
  }

  private static Optional<Finding> damagedFiles(PipelineFacts facts) {
    if (facts.damages().isEmpty()) {
      return Optional.empty();
    }
    int count = facts.damages().size();
    // Damage to files of a journal's head is more urgent than to those of a checkpoint.
    Damage first =
        facts.damages().stream()
            .filter(Damage::isInJournal)
            .findFirst()
            .orElse(facts.damages().getFirst());
    return Optional.of(
        new Finding(
            Kind.DAMAGED_FILES,
            (count == 1
                    ? "a needed file is damaged: "
                    : count + " needed files are damaged, one of them: ")
                + first,
            first.isInJournal()
                ? "put an intact copy back, or restore a checkpoint that does not need it, before"
                    + " its shard starts cold; see docs/operations.md, \"Damaged files\""
                : "those checkpoints cannot be restored until an intact copy is put back; see"
                    + " docs/operations.md, \"Damaged files\""));
  }

  /** A halted job applies no records, and waiting records expire. */
  private static Optional<Finding> halted(PipelineFacts facts, Job job) {
    if (!(job.status() instanceof JobStatus.Halted(Halt halt)) || halt instanceof Halt.Failed) {
      return Optional.empty();
    }
    Optional<Instant> since =
        facts.subtasks().stream()
            .map(SubtaskFacts::fromLastBase)
            .flatMap(List::stream)
            .filter(Entry.Suspended.class::isInstance)
            .map(entry -> entry.header().writtenAt())
            .max(Comparator.naturalOrder());
    return Optional.of(
        new Finding(
            Kind.HALTED,
            "the job is "
                + halt.label()
                + since.map(at -> " for " + age(facts, at) + ", since " + Sizes.time(at)).orElse("")
                + ", and applies nothing"
                + expiry(facts),
            "continue it with: cairn resume; or restore a checkpoint with: cairn restore"));
  }

  private static String expiry(PipelineFacts facts) {
    if (!(facts.stream() instanceof StreamFacts.Listed listed)) {
      return "; when its records expire is not known, because the stream was not read";
    }
    Optional<Duration> oldest =
        listed.shards().stream()
            .map(shard -> listed.lag(shard.id()))
            .filter(Lag.Behind.class::isInstance)
            .map(lag -> ((Lag.Behind) lag).age())
            .max(Comparator.naturalOrder());
    if (oldest.isEmpty()) {
      return "; no record waits in the stream";
    }
    Duration left = listed.retention().minus(oldest.get());
    return left.isPositive()
        ? "; the first of the records that wait expires in " + Sizes.age(left)
        : "; records that wait have begun to expire";
  }

  private static Optional<Finding> request(Job job) {
    return job.request()
        .map(
            request ->
                new Finding(
                    Kind.REQUEST_WAITS,
                    "\"" + request.command() + "\" is requested, and has not begun yet",
                    "it begins within a minute; if it does not, check that the coordinator's"
                        + " rule is enabled"));
  }

  private static Optional<Finding> refusal(Job job) {
    return job.refusal()
        .map(
            refusal ->
                new Finding(
                    Kind.REQUEST_REFUSED,
                    "\""
                        + refusal.request()
                        + "\" was refused at "
                        + Sizes.time(refusal.at())
                        + ": "
                        + refusal.reason(),
                    "nothing was changed; choose another checkpoint with cairn checkpoints, or see"
                        + " docs/operations.md, \"When a restore is refused\""));
  }

  private static Optional<Finding> deadLetters(PipelineFacts facts) {
    long letters =
        facts.retired().deadLettered()
            + facts.subtasks().stream()
                .mapToLong(subtask -> subtask.head().counts().deadLettered())
                .sum();
    return letters == 0
        ? Optional.empty()
        : Optional.of(
            new Finding(
                Kind.DEAD_LETTERS,
                Sizes.count(letters) + " records could not be processed and are dead letters",
                "they are in the checkpoint storage under "
                    + facts.id()
                    + "/dead-letters/, one file each with its cause; see docs/operations.md,"
                    + " \"Poison records\""));
  }

  private static Optional<Finding> checkpointingOff(Job job) {
    return job.settings().interval().isPresent()
        ? Optional.empty()
        : Optional.of(
            new Finding(
                Kind.CHECKPOINTING_OFF,
                "no checkpoints are taken: the job has no interval, so there is nothing new to"
                    + " restore",
                "set execution.checkpointing.interval in the deployment, or in the map settings of"
                    + " the job's item"));
  }

  private static String firstFew(List<String> names) {
    return names.isEmpty()
        ? "the coordinator to commit it"
        : names.getFirst() + (names.size() == 1 ? "" : " and " + (names.size() - 1) + " more");
  }

  private static boolean isWithin(PipelineFacts facts, Instant since, Duration patience) {
    return !facts.now().isAfter(since.plus(patience));
  }

  private static String age(PipelineFacts facts, Instant since) {
    return Sizes.age(Duration.between(since, facts.now()));
  }
}
