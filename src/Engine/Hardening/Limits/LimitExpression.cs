namespace Sandbox.Hardening;

/// <summary>
/// A resource limit as a number or an expression: integers with binary size suffixes, <c>timeout</c> (seconds), <c>memory</c> (bytes),
/// <c>unlimited</c>, <c>+ - * /</c>, <c>min</c>, <c>max</c> and parentheses. Division drops the remainder.
/// </summary>
public sealed class LimitExpression
{
    /// <summary>The value of <c>unlimited</c>: RLIM_INFINITY of getrlimit(2).</summary>
    public const ulong Unlimited = ulong.MaxValue;

    private readonly LimitNode _root;

    private LimitExpression(string text, LimitNode root) => (Text, _root) = (text, root);

    /// <summary>The text that it was parsed from.</summary>
    public string Text { get; }

    /// <summary>Parses; a mistake is a <see cref="SandboxException"/> that names the column, counted from 1.</summary>
    public static LimitExpression Parse(string text) => new(text, LimitExpressionParser.Parse(text));

    /// <summary>The value for a run. A timeout is rounded up to a whole second; null is 0.</summary>
    public ulong Evaluate(double? timeout, long? memory)
    {
        if (timeout is { } t && (!double.IsFinite(t) || t < 0 || t > long.MaxValue / 2))
            throw LimitExpressionError.Of("RANGE", Text, 1, $"timeout {t} is no number of seconds");
        if (memory is < 0)
            throw LimitExpressionError.Of("RANGE", Text, 1, $"memory {memory} is negative");
        return _root.Evaluate(new LimitVariables(Text, (ulong)Math.Ceiling(timeout ?? 0), (ulong)(memory ?? 0)));
    }

    /// <summary>True when this is provably at most <paramref name="other"/>, whatever the variables are.</summary>
    public bool IsAtMost(LimitExpression other) => AtMost(_root, other._root);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool AtMost(LimitNode a, LimitNode b) =>
        a.SameAs(b) || a.Upper <= b.Lower
        || (a is LimitCall { IsMax: false } min && min.Arguments.Any(x => AtMost(x, b)))
        || (b is LimitCall { IsMax: true } max && max.Arguments.Any(x => AtMost(a, x)));
}
