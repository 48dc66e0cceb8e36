using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests;

public sealed class ErrorMapTests
{
    public static TheoryData<SandboxErrorKind> Kinds => [.. Enum.GetValues<SandboxErrorKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_the_category_of_its_name(SandboxErrorKind kind) => Assert.Equal(kind.ToString(), ErrorMap.Category(kind).ToString());

    [Fact]
    public void The_record_carries_id_target_and_remedy()
    {
        var error = new SandboxException("Open,ENOENT", SandboxErrorKind.ObjectNotFound, "Not there.", "Check the path.");
        ErrorRecord record = ErrorMap.ToRecord(error, "/nowhere");
        Assert.Equal("Open,ENOENT", record.FullyQualifiedErrorId);
        Assert.Equal("/nowhere", record.TargetObject);
        Assert.Equal("Check the path.", record.ErrorDetails.RecommendedAction);
        Assert.Equal("Not there.", record.ErrorDetails.Message);
        Assert.Same(error, record.Exception);
    }

    [Fact]
    public void Without_a_remedy_there_are_no_details() =>
        Assert.Null(ErrorMap.ToRecord(new SandboxException("A,B", SandboxErrorKind.NotSpecified, "No."), null).ErrorDetails);
}
