package dev.cairn.state;

import java.util.List;
import java.util.Map;

/**
 * What a subtask knows of the channels to and from other stages. Empty while jobs have one stage:
 * the formats hold it from their first version, so that a second stage needs no new one.
 *
 * @param lastNumbers by target shard, the number of the last segment sent there
 * @param marks by producer, the number of the last segment applied
 * @param lineage by producer, the last number that still counts of each earlier epoch
 * @param held segments received and not yet applied
 * @param unsentOutbox segments journalled and not known to be sent
 */
public record Channels(
    Map<String, Long> lastNumbers,
    Map<String, Long> marks,
    Map<String, Map<String, Long>> lineage,
    List<Segment> held,
    List<Segment> unsentOutbox) {
  public static final Channels EMPTY =
      new Channels(Map.of(), Map.of(), Map.of(), List.of(), List.of());

  public Channels {
    lastNumbers = Map.copyOf(lastNumbers);
    marks = Map.copyOf(marks);
    lineage = Map.copyOf(lineage);
    held = List.copyOf(held);
    unsentOutbox = List.copyOf(unsentOutbox);
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
