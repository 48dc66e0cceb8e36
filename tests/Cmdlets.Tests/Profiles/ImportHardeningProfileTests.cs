using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Profiles;

public sealed class ImportHardeningProfileTests : ProfileFileTests
{
    [Fact]
    public void It_reads_both_formats_and_what_they_extend()
    {
        Write("base.json", "{ \"extends\": \"Strict\", \"name\": \"Base\", /* a comment */ \"timeout\": 60 }");
        Write("derived.json", "{ \"extends\": \"base.json\", \"name\": \"Derived\", \"memoryLimit\": \"64MB\" }");
        Write("data.psd1", "@{ Extends = 'Strict'; Name = 'Data'; ResourceLimits = @{ nofile = 64 } }");
        ScriptResult result = Session.Invoke("param($d) Import-HardeningProfile \"$d/derived.json\", \"$d/data.psd1\"", Folder).Succeeded();
        HardeningProfile[] profiles = [.. result.Objects.Select(o => (HardeningProfile)o.BaseObject)];
        Assert.Equal(("Derived", 60.0, 64L << 20), (profiles[0].Name, profiles[0].Timeout, profiles[0].MemoryLimit));
        Assert.Equal("64", profiles[1].ResourceLimits["nofile"]);
    }

    [Theory]
    [InlineData("p.json", "{\n  \"extends\": \"Strict\",\n  \"netwerk\": \"None\"\n}", "netwerk", "HardeningProfile,UNKNOWN_PROPERTY")]
    [InlineData("p.json", "{ \"extends\": \"Strict\", \"network\": \"Host\" }", "None becomes Host", "HardeningProfile,LOOSENS_BASE")]
    [InlineData("p.psd1", "@{ Name = $(Get-Process) }", "Only constant values", "HardeningProfile,PSD1")]
    [InlineData("p.psd1", "@{ Name = ", "line 1", "HardeningProfile,PSD1")]
    public void A_mistake_is_an_error_that_names_its_place_and_the_others_are_read(string file, string text, string message, string id)
    {
        string path = Write(file, text);
        Write("good.json", "{ \"extends\": \"Strict\", \"name\": \"Good\" }");
        ScriptResult result = Session.Invoke("param($d, $p) Import-HardeningProfile $p, \"$d/good.json\"", Folder, path);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(message, error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.Equal("Good", Assert.IsType<HardeningProfile>(Assert.Single(result.Objects).BaseObject).Name);
    }

    [Theory]
    [InlineData("/nowhere/p.json")]
    [InlineData("Strict")]
    public void A_missing_file_is_an_error(string file)
    {
        ErrorRecord error = Session.Invoke("param($d, $f) $null = $ExecutionContext.SessionState.Path.SetLocation($d); Import-HardeningProfile $f", Folder, file).SingleError();
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal($"'{Path.Combine(Folder, file)}' doesn't exist.", error.ErrorDetails.Message);
    }

    [Fact]
    public void Files_bind_by_their_path()
    {
        string path = Write("p.json", "{ \"extends\": \"Strict\", \"name\": \"Bound\" }");
        Assert.Equal("Bound", Session.Invoke("param($p) [IO.FileInfo]::new($p) | Import-HardeningProfile", path).Single<HardeningProfile>().Name);
    }
}
