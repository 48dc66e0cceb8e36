using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests;

/// <summary>What a script wrote to each stream. A terminating error is in <see cref="Thrown"/>.</summary>
public sealed record ScriptResult(
    IReadOnlyList<PSObject> Objects, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<string> Verbose, RuntimeException? Thrown)
{
    /// <summary>The only object, as its type; the test fails on any error.</summary>
    public T Single<T>()
    {
        Succeeded();
        return Assert.IsType<T>(Assert.Single(Objects).BaseObject, exactMatch: false);
    }

    /// <summary>Fails the test when the script wrote an error or threw.</summary>
    public ScriptResult Succeeded()
    {
        Assert.Null(Thrown?.ErrorRecord.ToString());
        Assert.Empty(Errors);
        return this;
    }

    /// <summary>The only error, terminating or not.</summary>
    public ErrorRecord SingleError() => Thrown is null ? Assert.Single(Errors) : Thrown.ErrorRecord;
}
