package dev.cairn.function;

/**
 * Checkpoints in a folder of a bucket. The functions of the job need to be allowed to use it: the
 * construct allows the bucket that it makes, and no other.
 *
 * @param directory {@code s3://bucket} or {@code s3://bucket/prefix}; a directory of a machine is
 *     refused, as the coordinator runs on another
 */
public record FileSystemCheckpointStorage(String directory) implements CheckpointStorage {}
