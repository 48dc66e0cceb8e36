namespace Sandbox.Seccomp;

/// <summary>Why a policy's author accepts what a check finds. In JSON: <c>"lint": { "absent-name": "shared between architectures" }</c>.</summary>
public sealed record SeccompJustification
{
    /// <summary>Makes one.</summary>
    public SeccompJustification(string ruleId, string reason)
    {
        if (!SeccompLint.RuleIds.Contains(ruleId))
        {
            string? near = NearestName.Find(ruleId, SeccompLint.RuleIds);
            throw new SandboxException("SeccompPolicy,UNKNOWN_CHECK", SandboxErrorKind.ObjectNotFound, $"There is no check '{ruleId}'.{(near is null ? "" : $" Did you mean '{near}'?")}",
                "The checks are: " + string.Join(", ", SeccompLint.RuleIds));
        }

        if (string.IsNullOrWhiteSpace(reason)) throw new SandboxException("SeccompPolicy,NO_REASON", SandboxErrorKind.InvalidArgument, $"The justification of '{ruleId}' gives no reason.", "Say why it is meant so.");
        (RuleId, Reason) = (ruleId, reason);
    }

    /// <summary>The check: one of <see cref="SeccompLint.RuleIds"/>.</summary>
    public string RuleId { get; }

    /// <summary>The reason.</summary>
    public string Reason { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{RuleId}: {Reason}";
}
