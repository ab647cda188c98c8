package dev.cairn.state;

import dev.cairn.id.Epoch;
import java.util.List;

/**
 * Outputs from before a muted restore that were journalled and not known to be sent. They are sent
 * under their original ids and versions.
 *
 * @param epoch of the entry that journalled them
 */
public record OwedOutbox(Epoch epoch, List<Channels.Segment> segments) {
  public OwedOutbox {
    segments = List.copyOf(segments);
  }
}
