package dev.cairn.checkpoint;

import static dev.cairn.state.StateFields.requireVersion;

import dev.cairn.format.Fields;
import dev.cairn.format.FormatException;
import dev.cairn.format.Trees;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.StateFields;
import java.util.List;
import java.util.TreeSet;

/** The files of a checkpoint, as JSON: {@code _metadata}, and one state file for each subtask. */
public final class CheckpointFormat {
  private static final long VERSION = 1;

  private CheckpointFormat() {}

  /**
   * The same metadata always gives the same bytes: two coordinators that write it write one file.
   */
  public static byte[] write(CheckpointMetadata metadata) {
    Checkpoint.Triggering trigger = metadata.trigger();
    return Trees.toJson(
        Fields.empty()
            .put("v", VERSION)
            .put("job", trigger.job().value())
            .put("checkpoint", trigger.id().value())
            .put("epoch", trigger.epoch().value())
            .put("triggeredAt", trigger.triggeredAt())
            .put("subtasks", metadata.acknowledgements(), CheckpointFormat::write));
  }

  private static Fields write(Acknowledgement.Acknowledged acknowledged) {
    return write(acknowledged.subtask())
        .put("fullSizeBytes", acknowledged.fullSizeBytes())
        .put("incrementalSizeBytes", acknowledged.incrementalSizeBytes())
        .put("stateFile", acknowledged.stateFile(), StateFields::write);
  }

  public static CheckpointMetadata readMetadata(byte[] bytes) {
    Fields fields = Trees.fromJson(bytes);
    requireVersion(fields, "a checkpoint's _metadata", VERSION);
    JobId job = new JobId(fields.text("job"));
    CheckpointId id = new CheckpointId(fields.number("checkpoint"));
    List<Acknowledgement.Acknowledged> acknowledgements =
        fields.objects("subtasks").stream()
            .map(
                subtask ->
                    new Acknowledgement.Acknowledged(
                        readSubtask(job, subtask),
                        id,
                        subtask.optionalObject("stateFile").map(StateFields::readFile),
                        subtask.number("fullSizeBytes"),
                        subtask.number("incrementalSizeBytes")))
            .toList();
    TreeSet<SubtaskId> expected = new TreeSet<>();
    acknowledgements.forEach(acknowledged -> expected.add(acknowledged.subtask()));
    if (expected.size() != acknowledgements.size()) {
      throw new FormatException("_metadata of checkpoint " + id + " names a subtask twice");
    }
    return new CheckpointMetadata(
        new Checkpoint.Triggering(
            job,
            id,
            new Epoch(fields.number("epoch")),
            fields.time("triggeredAt"),
            Expected.of(expected)),
        acknowledgements);
  }

  public static byte[] write(SubtaskState state) {
    return Trees.toJson(
        Fields.empty()
            .put("v", VERSION)
            .put("job", state.subtask().job().value())
            .put("subtask", write(state.subtask()))
            .put("epoch", state.epoch().value())
            .put("origin", StateFields.write(state.origin()))
            .put("position", StateFields.write(state.position()))
            .put("firstApplied", state.firstApplied(), SequenceNumber::digits)
            .put("counts", StateFields.write(state.counts()))
            .put("manifest", StateFields.write(state.manifest()))
            .put("channels", StateFields.write(state.channels())));
  }

  public static SubtaskState readState(byte[] bytes) {
    Fields fields = Trees.fromJson(bytes);
    requireVersion(fields, "a state file", VERSION);
    return new SubtaskState(
        readSubtask(new JobId(fields.text("job")), fields.object("subtask")),
        new Epoch(fields.number("epoch")),
        StateFields.readOrigin(fields.object("origin")),
        StateFields.readPosition(fields.text("position")),
        fields.optionalText("firstApplied").map(SequenceNumber::new),
        StateFields.readCounts(fields.object("counts")),
        StateFields.readManifest(fields.object("manifest")),
        StateFields.readChannels(fields.object("channels")));
  }

  private static Fields write(SubtaskId subtask) {
    return Fields.empty()
        .put("stage", subtask.stage().value())
        .put("shard", subtask.shard().value());
  }

  private static SubtaskId readSubtask(JobId job, Fields fields) {
    return new SubtaskId(job, new StageId(fields.text("stage")), new ShardId(fields.text("shard")));
  }
}
