namespace Sandbox.Hardening;

/// <summary>A node of a parsed limit expression. <see cref="Lower"/> and <see cref="Upper"/> bound it over all variables.</summary>
internal abstract record LimitNode(int Column)
{
    public abstract ulong Lower { get; }

    public abstract ulong Upper { get; }

    public abstract ulong Evaluate(LimitVariables variables);

    public abstract bool SameAs(LimitNode other);
}

/// <summary>A number.</summary>
internal sealed record LimitNumber(int Column, ulong Value) : LimitNode(Column)
{
    public override ulong Lower => Value;

    public override ulong Upper => Value;

    public override ulong Evaluate(LimitVariables variables) => Value;

    public override bool SameAs(LimitNode other) => other is LimitNumber n && n.Value == Value;
}

/// <summary><c>timeout</c> or <c>memory</c>.</summary>
internal sealed record LimitVariable(int Column, bool IsMemory) : LimitNode(Column)
{
    public override ulong Lower => 0;

    public override ulong Upper => LimitExpression.Unlimited;

    public override ulong Evaluate(LimitVariables variables) => IsMemory ? variables.Memory : variables.Timeout;

    public override bool SameAs(LimitNode other) => other is LimitVariable v && v.IsMemory == IsMemory;
}

/// <summary><c>max(…)</c> or <c>min(…)</c>.</summary>
internal sealed record LimitCall(int Column, bool IsMax, IReadOnlyList<LimitNode> Arguments) : LimitNode(Column)
{
    public override ulong Lower => IsMax ? Arguments.Max(a => a.Lower) : Arguments.Min(a => a.Lower);

    public override ulong Upper => IsMax ? Arguments.Max(a => a.Upper) : Arguments.Min(a => a.Upper);

    public override ulong Evaluate(LimitVariables variables) =>
        IsMax ? Arguments.Max(a => a.Evaluate(variables)) : Arguments.Min(a => a.Evaluate(variables));

    public override bool SameAs(LimitNode other) =>
        other is LimitCall c && c.IsMax == IsMax && c.Arguments.Count == Arguments.Count
        && Arguments.Zip(c.Arguments).All(p => p.First.SameAs(p.Second));
}
