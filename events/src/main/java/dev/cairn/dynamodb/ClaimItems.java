package dev.cairn.dynamodb;

import dev.cairn.id.JobId;
import dev.cairn.job.Claim;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads and writes claims: as a map on the job's item while the claim can be taken back, then as an
 * item of its own.
 */
final class ClaimItems {
  /** The attribute of the job's item with a claim that is not confirmed yet. */
  static final String CLAIMING = "claiming";

  /** The attribute of a claim's item whose files are deleted, until the item expires. */
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
