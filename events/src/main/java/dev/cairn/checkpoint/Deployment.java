package dev.cairn.checkpoint;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;

/**
 * What a job was deployed with, so that whoever knows its table and its name finds the rest.
 *
 * @param stream the name of the Kinesis stream that it reads
 * @param storage where its files are, such as {@code s3://bucket/prefix}
 * @param taskFunction the Lambda function, or the alias of one, that is invoked to wake a shard
 * @param settings what holds where the job's item says nothing else
 */
public record Deployment(
    JobId job,
    StageId stage,
    String stream,
    String storage,
    String taskFunction,
    CheckpointSettings settings) {}
