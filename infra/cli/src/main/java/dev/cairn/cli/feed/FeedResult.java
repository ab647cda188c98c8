package dev.cairn.cli.feed;

import dev.cairn.cli.input.InputException;

/**
 * How far a feed came.
 *
 * @param sent how many records it put into the stream
 * @param complete how many of the input's records, from its first on and those that were skipped
 *     among them, are in the stream without an exception: where to go on
 * @param beyond how many of those after {@code complete} are in the stream as well; they are sent
 *     twice if the feed goes on from there
 */
public record FeedResult(long sent, long complete, long beyond, End end) {

  /** Why it ended. */
  public sealed interface End {
    /** All that was asked for is in the stream. */
    record AllSent() implements End {}

    /** Someone wanted it to stop. */
    record Stopped() implements End {}

    /** The input cannot be read any further. */
    record Unreadable(InputException why) implements End {}

    /** The stream took nothing any more, for the reason that it gave last. */
    record Refused(String why) implements End {}

    /**
     * A request had no answer, such as after a read time-out, and not all of its records were found
     * in the stream. They may still arrive there, so they are not sent again.
     *
     * @param maybe how many of its records may be in the stream, beside those that were sent
     * @param wasRead whether the stream's tail could be read, to look for them
     */
    record OutcomeUnknown(RuntimeException why, long maybe, boolean wasRead) implements End {}

    /** A request failed in a way that another attempt does not mend. */
    record Failed(RuntimeException why) implements End {}
  }
}
