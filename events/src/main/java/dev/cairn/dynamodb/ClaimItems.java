package dev.cairn.dynamodb;

import dev.cairn.id.JobId;
import dev.cairn.job.Claim;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A claim: while it can be taken back a map on the job's item, then an item of its own. */
final class ClaimItems {
  /** On the job's item: what it was restored from to keep, and has not built upon yet. */
  static final String CLAIMING = "claiming";

  /** On a claim's item whose files are gone, until the table deletes it. */
  static final String COLLECTED = "collected";

  private ClaimItems() {}

  static Map<String, AttributeValue> write(Claim confirmed) {
    return write(Item.at(TableLayout.claimKey(confirmed.job(), confirmed.directory())), confirmed)
        .values();
  }

  static AttributeValue writeClaiming(Claim claim) {
    return AttributeValue.fromM(write(Item.empty(), claim).values());
  }

  private static Item write(Item item, Claim claim) {
    return item.put("directory", claim.directory().value())
        .put("metadata", AcknowledgementItems.write(claim.metadata()))
        .put("epoch", claim.epoch().value())
        .put("claimedAt", claim.at());
  }

  static Claim read(JobId job, Item item, boolean isConfirmed) {
    return new Claim(
        job,
        item.epoch("epoch"),
        AcknowledgementItems.readFile(item.map("metadata")),
        item.time("claimedAt"),
        isConfirmed);
  }
}
