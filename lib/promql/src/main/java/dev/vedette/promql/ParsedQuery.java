package dev.vedette.promql;

import dev.vedette.promql.parse.Expr;
import java.util.Optional;

/**
 * An expression that was parsed by the engine that is to answer it, so that nobody on the way does
 * so again.
 *
 * @param text as it was asked, which positions in errors and warnings are of
 * @param normal printed anew, the same for all texts that mean the same; empty where it is so long
 *     that printing would cost more than it is worth
 * @param nanos time that this took
 */
public record ParsedQuery(String text, Expr expr, Optional<String> normal, long nanos) {}
