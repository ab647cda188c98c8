package dev.cairn.cli.feed;

import dev.cairn.cli.input.InputException;

/**
 * The result of a feed.
 *
 * @param sent how many records it put into the stream
 * @param complete how many of the input's first records, including skipped ones, are in the stream
 *     without exception: where to continue
 * @param beyond how many records after {@code complete} are in the stream as well; they are sent
 *     twice if the feed continues from there
 */
public record FeedResult(long sent, long complete, long beyond, End end) {

  /** The reason why a feed ended. */
  public sealed interface End {
    /** All requested records are in the stream. */
    record AllSent() implements End {}

    /** The feed was stopped by the user. */
    record Stopped() implements End {}

    /** The input cannot be read any further. */
    record Unreadable(InputException why) implements End {}

    /** The stream accepted no more records, for this last reason. */
    record Refused(String why) implements End {}

    /**
     * A request got no response, for example after a read time-out, and not all of its records were
     * found in the stream. They may still arrive there, so they are not sent again.
     *
     * @param maybe how many of its records may be in the stream, beside those that were sent
     * @param wasRead whether the stream's tail could be read, to look for them
     */
    record OutcomeUnknown(RuntimeException why, long maybe, boolean wasRead) implements End {}

    /** A request failed, and a retry would fail as well. */
    record Failed(RuntimeException why) implements End {}
  }
}
