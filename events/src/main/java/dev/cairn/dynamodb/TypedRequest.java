package dev.cairn.dynamodb;

import dev.cairn.job.Request;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A request in its attribute, as a user has typed it. The console offers every type: text and
 * numbers are read as typed; a value of another type is read as the type's name, so that it is
 * refused and removed like any invalid request.
 */
record TypedRequest(Request request) {
  private static final Pattern PLAIN_NUMBER = Pattern.compile("-?[0-9]{1,130}(\\.[0-9]{1,130})?");

  String attribute() {
    return request.attribute().attributeName();
  }

  static String text(AttributeValue value) {
    if (value.s() != null) {
      return value.s();
    }
    if (value.n() != null) {
      return value.n();
    }
    return value.type() == AttributeValue.Type.NUL ? "NULL" : value.type().name();
  }

  /** Returns the condition that the attribute is not this request; needs {@link #values()}. */
  String absentCondition() {
    return "(attribute_not_exists(" + attribute() + ") OR NOT " + isThere() + ")";
  }

  /** Returns the condition that the attribute is still this request; needs {@link #values()}. */
  String isThere() {
    StringBuilder same = new StringBuilder("(" + attribute() + " = :requestedText");
    if (isNumber()) {
      same.append(" OR " + attribute() + " = :requestedNumber");
    }
    if (isOtherType()) {
      same.append(" OR attribute_type(" + attribute() + ", :requestedText)");
    }
    return same.append(")").toString();
  }

  Map<String, AttributeValue> values() {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":requestedText", AttributeValue.fromS(request.text()));
    if (isNumber()) {
      values.put(":requestedNumber", AttributeValue.fromN(request.text()));
    }
    return values;
  }

  private boolean isNumber() {
    if (!PLAIN_NUMBER.matcher(request.text()).matches()) {
      return false;
    }
    // DynamoDB would refuse a condition with a number beyond its limits.
    BigDecimal number = new BigDecimal(request.text()).stripTrailingZeros();
    return number.precision() <= 38 && Math.abs(number.precision() - number.scale() - 1) <= 125;
  }

  private boolean isOtherType() {
    return switch (request.text()) {
      case "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL" -> true;
      default -> false;
    };
  }
}
