package dev.vedette.querier.http;

import dev.vedette.model.Corruption;
import dev.vedette.model.ErrorId;
import dev.vedette.model.InvalidRequest;
import dev.vedette.model.LimitExceeded;
import dev.vedette.model.Unavailable;
import dev.vedette.model.VedetteException;
import org.jspecify.annotations.Nullable;

/** An answer of the API that is an error: Prometheus' kinds, codes and words. */
final class ApiError extends RuntimeException {
  /** Kinds of errors as the API names them, with their HTTP status. */
  enum Type {
    BAD_DATA("bad_data", 400),
    TOO_LARGE("bad_data", 413),
    EXECUTION("execution", 422),
    CANCELED("canceled", 499),
    TIMEOUT("timeout", 503),
    INTERNAL("internal", 500),
    UNAUTHORIZED("unauthorized", 401),
    FORBIDDEN("forbidden", 403),
    NOT_FOUND("not_found", 404),
    /** Too busy; may be asked again. */
    UNAVAILABLE("unavailable", 503),
    /** Switched off. */
    DISABLED("unavailable", 500);

    private final String text;
    private final int status;

    Type(String text, int status) {
      this.text = text;
      this.status = status;
    }

    String text() {
      return text;
    }

    int status() {
      return status;
    }
  }

  private final Type type;
  private final String text;

  ApiError(Type type, String text) {
    this(type, text, null);
  }

  private ApiError(Type type, String text, @Nullable Throwable cause) {
    super(text, cause);
    this.type = type;
    this.text = text;
  }

  Type type() {
    return type;
  }

  String text() {
    return text;
  }

  static ApiError badData(String text) {
    return new ApiError(Type.BAD_DATA, text);
  }

  static ApiError badParameter(String name, String text) {
    return badData("invalid parameter \"%s\": %s".formatted(name, text));
  }

  /** A parameter that is refused; the cause's words follow its name, as Prometheus has them. */
  static ApiError badParameter(String name, InvalidRequest cause) {
    // Of the others Prometheus has the words.
    boolean isOurs = cause.id() == ErrorId.INVALID_EXPRESSION;
    String words = isOurs ? words(cause) : String.valueOf(cause.getMessage());
    return new ApiError(
        Type.BAD_DATA, "invalid parameter \"%s\": %s".formatted(name, words), cause);
  }

  /** Any error of ours. */
  static ApiError of(VedetteException error) {
    return new ApiError(typeOf(error), words(error), error);
  }

  private static Type typeOf(VedetteException error) {
    return switch (error) {
      case InvalidRequest e ->
          switch (e.id()) {
            case QUERY_EXECUTION, TIER_UNFIT -> Type.EXECUTION;
            case TENANT_MISSING -> Type.UNAUTHORIZED;
            default -> Type.BAD_DATA;
          };
      case LimitExceeded _ -> Type.EXECUTION;
      case Unavailable e ->
          switch (e.id()) {
            case QUERY_TIMEOUT -> Type.TIMEOUT;
            case QUERY_CANCELLED -> Type.CANCELED;
            default -> Type.UNAVAILABLE;
          };
      case Corruption _ -> Type.INTERNAL;
    };
  }

  /** Where there is no way out to name, Prometheus' words alone, which clients may look for. */
  private static String words(VedetteException error) {
    return error.wayOut().isEmpty() ? String.valueOf(error.getMessage()) : error.explain();
  }
}
