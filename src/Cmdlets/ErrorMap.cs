using System.Management.Automation;

namespace Sandbox.Cmdlets;

/// <summary>The one table from the engine's errors to PowerShell's error records.</summary>
public static class ErrorMap
{
    /// <summary>The category of each kind.</summary>
    public static ErrorCategory Category(SandboxErrorKind kind) => kind switch
    {
        SandboxErrorKind.NotSpecified => ErrorCategory.NotSpecified,
        SandboxErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
        SandboxErrorKind.ParserError => ErrorCategory.ParserError,
        SandboxErrorKind.ObjectNotFound => ErrorCategory.ObjectNotFound,
        SandboxErrorKind.ResourceExists => ErrorCategory.ResourceExists,
        SandboxErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        SandboxErrorKind.SecurityError => ErrorCategory.SecurityError,
        SandboxErrorKind.ResourceUnavailable => ErrorCategory.ResourceUnavailable,
        SandboxErrorKind.NotInstalled => ErrorCategory.NotInstalled,
        SandboxErrorKind.OperationTimeout => ErrorCategory.OperationTimeout,
        SandboxErrorKind.InvalidOperation => ErrorCategory.InvalidOperation,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind has no error category."),
    };

    /// <summary>The record of an engine error: its stable id, its category, and the remedy as the recommended action.</summary>
    public static ErrorRecord ToRecord(SandboxException exception, object? target)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var record = new ErrorRecord(exception, exception.ErrorId, Category(exception.Kind), target);
        if (exception.Remedy is { Length: > 0 } remedy)
        {
            // ConciseView, the default, prints the recommendation below the message: in the message too it would be there twice.
            record.ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = remedy };
        }

        return record;
    }
}
