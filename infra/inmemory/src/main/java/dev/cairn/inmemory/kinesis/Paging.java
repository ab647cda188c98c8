package dev.cairn.inmemory.kinesis;

import java.time.Duration;

/** How much of a shard one read covers. */
public interface Paging {
  /**
   * The stretch of time that one GetRecords covers in Kinesis, as observed: a day without records
   * takes about 250 reads. A page is empty if nothing arrived in its stretch.
   */
  Paging KINESIS =
      new Paging() {
        @Override
        public Duration stretch(Duration behind) {
          return Duration.ofMinutes(5);
        }

        @Override
        public int limit(int asked) {
          return asked;
        }
      };

  /**
   * How much of the shard's time a page covers.
   *
   * @param behind how far behind the present it begins
   */
  Duration stretch(Duration behind);

  /** The largest number of records in a page, of which the caller asked for so many. */
  int limit(int asked);
}
