package dev.cairn.cdk;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.id.JobId;
import dev.cairn.job.Request.Attribute;
import java.util.List;

/**
 * The filters of the table's stream, which pass to the coordinator new acknowledgements, and the
 * job's item while it has a request. A checkpoint's id may be typed as text or as a number. A
 * filter can only test whether a leaf exists, so each type has its own filter.
 */
final class TableStreamFilters {
  private TableStreamFilters() {}

  /**
   * The filters contain the job's name, because forks share the table: other jobs' items must not
   * wake this coordinator.
   */
  static List<String> of(JobId job) {
    return List.of(
        acknowledgement(job),
        requested(job, Attribute.RESTORE_CHECKPOINT_ID, "S"),
        requested(job, Attribute.RESTORE_CHECKPOINT_ID, "N"),
        requested(job, Attribute.COMMAND, "S"));
  }

  // No name contains "#", so no job's key is a prefix of another job's.
  private static String acknowledgement(JobId job) {
    ObjectNode filter = JsonNodeFactory.instance.objectNode();
    filter.withArray("/eventName").add("INSERT");
    filter.withArray("/dynamodb/Keys/pk/S").addObject().put("prefix", "ACK#" + job + "#");
    return filter.toString();
  }

  private static String requested(JobId job, Attribute attribute, String type) {
    ObjectNode filter = JsonNodeFactory.instance.objectNode();
    filter.withArray("/eventName").add("INSERT").add("MODIFY");
    filter.withArray("/dynamodb/Keys/pk/S").add("JOB#" + job);
    filter.withArray("/dynamodb/Keys/sk/S").add("JOB");
    filter
        .withArray("/dynamodb/NewImage/" + attribute.attributeName() + "/" + type)
        .addObject()
        .put("exists", true);
    return filter.toString();
  }
}
