package dev.cairn.state;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A subtask's knowledge of its outputs and of the channels to and from other stages. It is empty
 * while jobs have one stage and no sinks.
 *
 * @param lastNumbers by target shard, the number of the last segment sent there
 * @param marks by producer, the number of the last segment applied
 * @param lineage by producer, the last number that still counts of each earlier epoch
 * @param held segments received and not yet applied
 * @param unsentOutbox segments journalled and not known to be sent
 * @param unsentOrigin the entry that journalled them, from format 2 on
 * @param owed outputs that muted restores have left to be sent under their old ids
 * @param pendingFiles files of S3 sinks that no completed checkpoint has made visible yet
 */
public record Channels(
    Map<String, Long> lastNumbers,
    Map<String, Long> marks,
    Map<String, Map<String, Long>> lineage,
    List<Segment> held,
    List<Segment> unsentOutbox,
    Optional<OutboxOrigin> unsentOrigin,
    List<OwedOutbox> owed,
    List<PendingFile> pendingFiles) {
  public static final Channels EMPTY =
      new Channels(Map.of(), Map.of(), Map.of(), List.of(), List.of());

  public Channels {
    lastNumbers = Map.copyOf(lastNumbers);
    marks = Map.copyOf(marks);
    lineage = Map.copyOf(lineage);
    held = List.copyOf(held);
    unsentOutbox = List.copyOf(unsentOutbox);
    owed = List.copyOf(owed);
    pendingFiles = List.copyOf(pendingFiles);
  }

  /** Creates channels with the fields of format 1. */
  public Channels(
      Map<String, Long> lastNumbers,
      Map<String, Long> marks,
      Map<String, Map<String, Long>> lineage,
      List<Segment> held,
      List<Segment> unsentOutbox) {
    this(lastNumbers, marks, lineage, held, unsentOutbox, Optional.empty(), List.of(), List.of());
  }

  /** Whether format 1 can store all of it. */
  public boolean fitsFormatOne() {
    return unsentOrigin.isEmpty() && owed.isEmpty() && pendingFiles.isEmpty();
  }

  /**
   * Elements for one target shard.
   *
   * @param channel the other end: the target of a segment to send, the producer of one received
   * @param number its place in the channel, from 1
   * @param parts how many Kinesis records carry it
   */
  public record Segment(String channel, long number, long parts, Payload payload) {}
}
