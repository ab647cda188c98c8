package dev.cairn.dynamodb;

import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The keys of all items of the table. Names contain neither {@code #} nor {@code /}, so different
 * items cannot have the same key.
 */
final class TableLayout {
  static final String PK = "pk";
  static final String SK = "sk";
  static final String EXPIRES_AT = "expiresAt";
  static final String JOB_SK = "JOB";
  static final String DEPLOYMENT_SK = "DEPLOYMENT";
  static final String MAPPING_SK = "MAPPING";
  // The key has the job item's key as a prefix, so that one query reads both.
  static final String REGISTRATION_PREFIX = "JOB#REGISTRATION#";
  static final String CHECKPOINT_PREFIX = "CHECKPOINT#";
  static final String SUBTASK_PREFIX = "SUBTASK#";
  static final String RETIRED_PREFIX = "RETIRED#";
  static final String FORK_PREFIX = "FORK#";
  static final String CLAIM_PREFIX = "CLAIM#";
  static final String PARTS = "0123456789abcdef";
  static final int FILE_SPREAD = 16;
  private static final int DIGITS = 20;
  private static final String FILE_PREFIX = "FILE#";
  static final String DAMAGED_PREFIX = "DAMAGED#";
  private static final String SCRUB_PROGRESS_SK = "PROGRESS";
  // Sorts after every line and before the mark.
  static final String LAST_HISTORY_SK = ":";
  private static final String JOB_PREFIX = "JOB#";
  private static final String ACKNOWLEDGEMENT_PREFIX = "ACK#";
  private static final String EXPECTED_PREFIX = "EXPECTED#";

  private static final Pattern ACKNOWLEDGEMENTS =
      Pattern.compile(ACKNOWLEDGEMENT_PREFIX + "([^#]+)#([1-9][0-9]{0,18})#[" + PARTS + "]");

  private TableLayout() {}

  static String journalPk(SubtaskId subtask) {
    return "JOURNAL#" + subtask;
  }

  static String entrySk(Revision revision) {
    return digits(revision.value());
  }

  static String jobPk(JobId job) {
    return JOB_PREFIX + job;
  }

  /**
   * Returns one of the partition keys of a checkpoint's acknowledgements. Thousands are written
   * within seconds, and DynamoDB accepts 1,000 units per second at one key.
   */
  static String acknowledgementsPk(JobId job, CheckpointId checkpoint, char part) {
    return ACKNOWLEDGEMENT_PREFIX + job + "#" + checkpoint + "#" + part;
  }

  /** Returns which of the {@link #PARTS} holds a subtask's acknowledgements. */
  static char part(SubtaskId subtask) {
    return Sha256.of(subtask.name().getBytes(StandardCharsets.UTF_8)).hex().charAt(0);
  }

  /** Returns the key of a piece of the list of expected subtasks. */
  static Map<String, AttributeValue> expectedKey(JobId job, ExpectedSubtasks expected, int piece) {
    return key(EXPECTED_PREFIX + job + "#" + expected.digest(), digits(piece));
  }

  /** Returns the partition that only a scrubber writes. */
  static String scrubPk(JobId job) {
    return "SCRUB#" + job;
  }

  static Map<String, AttributeValue> damagedKey(JobId job, FilePath path) {
    return key(scrubPk(job), DAMAGED_PREFIX + path);
  }

  static Map<String, AttributeValue> scrubProgressKey(JobId job) {
    return key(scrubPk(job), SCRUB_PROGRESS_SK);
  }

  /** Returns the partition of a job's history, on which no decision depends. */
  static String historyPk(JobId job) {
    return "HISTORY#" + job;
  }

  static Map<String, AttributeValue> historyKey(JobId job, Instant at, String id) {
    return key(historyPk(job), historySk(at, id));
  }

  static Map<String, AttributeValue> historyMarkKey(JobId job) {
    return key(historyPk(job), "MARK");
  }

  /** Returns a sort key in the order of time, in milliseconds. */
  static String historySk(Instant at, String id) {
    return historySk(at) + "#" + id;
  }

  static String historySk(Instant at) {
    return digits(Math.max(0, at.toEpochMilli()));
  }

  static Map<String, AttributeValue> entryKey(SubtaskId subtask, Revision revision) {
    return key(journalPk(subtask), entrySk(revision));
  }

  static Map<String, AttributeValue> jobKey(JobId job) {
    return key(jobPk(job), JOB_SK);
  }

  static Map<String, AttributeValue> deploymentKey(JobId job) {
    return key(jobPk(job), DEPLOYMENT_SK);
  }

  static Map<String, AttributeValue> mappingKey(JobId job) {
    return key(jobPk(job), MAPPING_SK);
  }

  static Map<String, AttributeValue> registrationKey(JobId job, StageId stage) {
    return key(jobPk(job), REGISTRATION_PREFIX + stage);
  }

  static StageId registeredStage(String sk) {
    return new StageId(sk.substring(REGISTRATION_PREFIX.length()));
  }

  static Map<String, AttributeValue> forkKey(JobId parent, JobId child) {
    return key(jobPk(parent), FORK_PREFIX + child);
  }

  /**
   * Returns a claim's key, which has the hash of its directory, because a path may be longer than a
   * sort key.
   */
  static Map<String, AttributeValue> claimKey(JobId job, FilePath directory) {
    byte[] name = directory.value().getBytes(StandardCharsets.UTF_8);
    return key(jobPk(job), CLAIM_PREFIX + Sha256.of(name).hex());
  }

  static Map<String, AttributeValue> checkpointKey(JobId job, CheckpointId checkpoint) {
    return key(jobPk(job), checkpointSk(checkpoint));
  }

  static String checkpointSk(CheckpointId checkpoint) {
    return CHECKPOINT_PREFIX + digits(checkpoint.value());
  }

  static Map<String, AttributeValue> registrationKey(SubtaskId subtask) {
    return key(jobPk(subtask.job()), SUBTASK_PREFIX + subtask.name());
  }

  static Map<String, AttributeValue> retirementKey(SubtaskId subtask) {
    return key(jobPk(subtask.job()), RETIRED_PREFIX + subtask.name());
  }

  static Map<String, AttributeValue> acknowledgementKey(
      SubtaskId subtask, CheckpointId checkpoint) {
    return key(acknowledgementsPk(subtask.job(), checkpoint, part(subtask)), subtask.name());
  }

  static Map<String, AttributeValue> fileKey(FilePath path) {
    return key(filePk(path), path.value());
  }

  /** Returns the partition of a file and of its parts. */
  static String filePk(FilePath path) {
    byte[] name = path.value().getBytes(StandardCharsets.UTF_8);
    return filePk(path, Sha256.of(name).hex().charAt(0));
  }

  /** Returns the partitions over which a folder's files are spread. */
  static List<String> filePks(FilePath folder) {
    return IntStream.range(0, FILE_SPREAD)
        .mapToObj(spread -> filePk(folder, Character.forDigit(spread, FILE_SPREAD)))
        .toList();
  }

  private static String filePk(FilePath path, char spread) {
    int slash = path.value().indexOf('/');
    String first = slash < 0 ? path.value() : path.value().substring(0, slash);
    return FILE_PREFIX + first + "#" + spread;
  }

  private static Map<String, AttributeValue> key(String pk, String sk) {
    return Map.of(PK, AttributeValue.fromS(pk), SK, AttributeValue.fromS(sk));
  }

  private static String digits(long number) {
    // Not by a format string: this is done for each entry that is read.
    String digits = Long.toString(number);
    return "0".repeat(DIGITS - digits.length()) + digits;
  }

  /** Reads {@code stage/shard}. */
  static SubtaskId subtask(JobId job, String name) {
    int slash = name.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is not a stage and a shard, joined by a slash");
    }
    return new SubtaskId(
        job, new StageId(name.substring(0, slash)), new ShardId(name.substring(slash + 1)));
  }

  /** Returns the job of a job's item; empty for other items. */
  static Optional<JobId> jobOf(String pk, String sk) {
    return pk.startsWith(JOB_PREFIX) && sk.equals(JOB_SK)
        ? Optional.of(new JobId(pk.substring(JOB_PREFIX.length())))
        : Optional.empty();
  }

  /** Returns the job, checkpoint and subtask of an acknowledgement; empty for other items. */
  static Optional<Acknowledged> acknowledgedBy(String pk, String sk) {
    Matcher key = ACKNOWLEDGEMENTS.matcher(pk);
    return key.matches()
        ? Optional.of(
            new Acknowledged(
                subtask(new JobId(key.group(1)), sk),
                new CheckpointId(Long.parseLong(key.group(2)))))
        : Optional.empty();
  }

  record Acknowledged(SubtaskId subtask, CheckpointId checkpoint) {}
}
