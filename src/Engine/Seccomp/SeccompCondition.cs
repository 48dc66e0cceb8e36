namespace Sandbox.Seccomp;

/// <summary>One comparison of an argument. For <see cref="SeccompOperator.MaskedEqual"/> Value is the mask and ValueTwo what must be left.</summary>
public sealed record SeccompCondition
{
    /// <summary>Makes one.</summary>
    public SeccompCondition(int index, SeccompOperator op, ulong value, ulong valueTwo = 0)
    {
        if (index is < 0 or > 5)
        {
            throw new SandboxException("SeccompPolicy,BAD_ARGUMENT_INDEX", SandboxErrorKind.InvalidArgument,
                $"A condition names argument {index}; a system call has the arguments 0 to 5.");
        }

        Index = index;
        Operator = op;
        Value = value;
        ValueTwo = op == SeccompOperator.MaskedEqual ? valueTwo : 0;
    }

    /// <summary>The argument, 0 to 5.</summary>
    public int Index { get; }

    /// <summary>The comparison.</summary>
    public SeccompOperator Operator { get; }

    /// <summary>What the argument is compared with, or the mask.</summary>
    public ulong Value { get; }

    /// <summary>What the masked argument must equal.</summary>
    public ulong ValueTwo { get; }

    /// <summary>
    /// Whether an argument meets it. A narrow argument is one that the kernel declares 32 bits wide: only its low half
    /// counts, and a negative value of the policy means the same number in 32 bits.
    /// </summary>
    public bool Holds(ulong argument, bool narrow)
    {
        ulong value = Value, valueTwo = ValueTwo;
        if (narrow)
        {
            argument = (uint)argument;
            value = Narrow(value);
            valueTwo = Narrow(valueTwo);
        }

        return Operator switch
        {
            SeccompOperator.Equal => argument == value,
            SeccompOperator.NotEqual => argument != value,
            SeccompOperator.Less => argument < value,
            SeccompOperator.LessOrEqual => argument <= value,
            SeccompOperator.Greater => argument > value,
            SeccompOperator.GreaterOrEqual => argument >= value,
            _ => (argument & value) == valueTwo,
        };
    }

    /// <summary>A sign-extended negative number as 32 bits; any other as it is.</summary>
    internal static ulong Narrow(ulong value) => (long)value is >= int.MinValue and < 0 ? (uint)value : value;

    /// <inheritdoc/>
    public override string ToString() => Operator switch
    {
        SeccompOperator.MaskedEqual => $"(arg{Index} & 0x{Value:x}) == 0x{ValueTwo:x}",
        _ => $"arg{Index} {Symbol} 0x{Value:x}",
    };

    private string Symbol => Operator switch
    {
        SeccompOperator.Equal => "==",
        SeccompOperator.NotEqual => "!=",
        SeccompOperator.Less => "<",
        SeccompOperator.LessOrEqual => "<=",
        SeccompOperator.Greater => ">",
        _ => ">=",
    };
}
