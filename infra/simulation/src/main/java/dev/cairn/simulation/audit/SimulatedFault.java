package dev.cairn.simulation.audit;

/** The faults that a seed can cause in a run. */
public enum SimulatedFault {
  ANOTHER_FILE_IS_WHERE_THE_METADATA_IS_TO_BE("another file is where the metadata is to be"),
  ANSWER_LOST("answer lost of "),
  AN_EMPTY_PAGE_BETWEEN_RECORDS("an empty page between records"),
  AN_AGGREGATE("an aggregate of user records"),
  AN_ENTRY_LONG_AFTER_ITS_FILE("an entry long after its file"),
  A_BATCH_OF_ANOTHER_STREAM("a batch of another stream"),
  A_COLLECTOR_SLEPT_BETWEEN_ITS_READS("a collector slept between its reads"),
  A_CONTAINERS_CLOCK_IS_OFF("a container's clock is off"),
  A_KEY_OF_ANOTHER_SHARD("a key of another shard"),
  A_RECORD_ENDED_THE_PROCESS("a record ended the process"),
  A_SECOND_MAPPING_BEGAN_THE_STREAM_AGAIN("a second mapping began the stream again"),
  A_SHARD_SPLIT("a shard was split"),
  A_SNAPSHOT_OUTLASTED_ITS_INVOCATION("a snapshot outlasted its invocation"),
  A_SNAPSHOT_WAS_GIVEN_UP_IN_TIME("a snapshot was given up in time"),
  BATCH_DELIVERED("batch delivered "),
  BIT_FLIPPED("bit flipped"),
  FILE_CUT_OFF("file cut off"),
  FILE_LOST("file lost"),
  ITERATOR_EXPIRED("iterator expired"),
  LANDED_LATE("landed late: "),
  OUT_OF_MEMORY("out of memory"),
  PROCESS_FROZEN("process frozen at "),
  PROCESS_KILLED("process killed at "),
  RECORDS_EXPIRED_WHILE_THE_JOB_WAS_HALTED("records expired while the job was halted"),
  REFUSED("refused "),
  RESTORE_OF_WHAT_CANNOT_BE_RESTORED_REQUESTED("restore of what cannot be restored requested"),
  SENT_TWICE_BY_THE_SDK("sent twice by the SDK"),
  SHARDS_MERGED("two shards were merged"),
  STREAM_TRIMMED_IN_A_GAP("stream trimmed in a gap"),
  TABLE_EVENT_DELIVERED("table event delivered "),
  THE_FUNCTION_THREW("the function threw"),
  THE_REMAINING_TIME_WAS_MISREAD("the remaining time was misread"),
  TWO_COORDINATORS_AT_ONCE("two coordinators at once"),
  WAKE_LOST("wake lost");

  /** Begins the name of each when it is counted. */
  static final String PREFIX = "fault: ";

  private final String label;

  SimulatedFault(String label) {
    this.label = label;
  }

  /** The name under which it is counted. */
  public String key() {
    return PREFIX + label;
  }

  /** The name under which one kind of it is counted. */
  public String key(String detail) {
    return key() + detail;
  }
}
