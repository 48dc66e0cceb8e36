namespace Sandbox;

/// <summary>An error that the caller can act on. <see cref="ErrorId"/> is stable; <see cref="Remedy"/> says what to do next.</summary>
public class SandboxException : Exception
{
    /// <summary>Makes one.</summary>
    public SandboxException(string errorId, SandboxErrorKind kind, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        Kind = kind;
        Remedy = remedy;
    }

    /// <summary>The stable id, in the form <c>Operation,REASON</c>.</summary>
    public string ErrorId { get; }

    /// <summary>What kind of error it is; the cmdlets map it to an error category.</summary>
    public SandboxErrorKind Kind { get; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; }
}
