namespace Sandbox.Seccomp;

/// <summary>How a condition compares; all unsigned, as the kernel's BPF does.</summary>
public enum SeccompOperator
{
    /// <summary>argument == value.</summary>
    Equal,

    /// <summary>argument != value.</summary>
    NotEqual,

    /// <summary>argument &lt; value.</summary>
    Less,

    /// <summary>argument &lt;= value.</summary>
    LessOrEqual,

    /// <summary>argument &gt; value.</summary>
    Greater,

    /// <summary>argument &gt;= value.</summary>
    GreaterOrEqual,

    /// <summary>(argument &amp; value) == valueTwo.</summary>
    MaskedEqual,
}
